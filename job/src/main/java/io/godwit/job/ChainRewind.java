package io.godwit.job;

import io.godwit.connector.dynamodb.ChainstorageDynamoDbSpec;
import io.godwit.connector.dynamodb.DynamoDbChainLog;
import io.godwit.connector.postgres.AppliedLog;
import io.godwit.connector.postgres.ChainTruncation;
import io.godwit.connector.postgres.ChainstoragePostgresSpec;
import io.godwit.connector.postgres.ChainstorageView;
import io.godwit.connector.postgres.PostgresConnections;
import io.godwit.model.ChainEvent;
import io.godwit.model.SequenceRange;
import io.godwit.port.TargetView.Sides;
import io.godwit.spec.MigrationSpec;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The operator's answer to a source that moved back: removes from the target what the source no
 * longer has, or has with other content under the same sequences, so that a copy can go on from
 * there.
 *
 * <p>A reset lowers the watermark and the log grows on from there, so what differs is the end of
 * the log. It is compared from the end downwards until a whole page is equal.
 */
public final class ChainRewind {

    private static final long PAGE = 1000;

    private ChainRewind() {}

    /**
     * @return per event tag the last sequence that was kept, for those that were shortened
     */
    public static Map<Integer, Long> run(MigrationSpec spec) throws SQLException {
        ChainstorageDynamoDbSpec source = (ChainstorageDynamoDbSpec) spec.source();
        ChainstoragePostgresSpec target = (ChainstoragePostgresSpec) spec.target();
        Map<Integer, Long> kept = new TreeMap<>();
        try (DynamoDbChainLog log = new DynamoDbChainLog(source);
                ChainstorageView view = new ChainstorageView(target, spec.name());
                Connection connection =
                        PostgresConnections.open(
                                target.url(), target.user(), target.password(), spec.name())) {
            for (int tag : source.eventTags()) {
                long last = AppliedLog.read(connection, tag).last();
                long keep = lastEqual(log, view, tag, Math.min(last, log.head(tag)));
                if (keep < last) {
                    new ChainTruncation(target, spec.name()).above(tag, keep);
                    kept.put(tag, keep);
                }
            }
        }
        return kept;
    }

    /** The sequence before the lowest one that differs, looking down from the end. */
    private static long lastEqual(
            DynamoDbChainLog log, ChainstorageView view, int tag, long common) {
        long keep = common;
        for (long until = common + 1; until > 1; ) {
            long from = Math.max(1, until - PAGE);
            List<ChainEvent> events =
                    log.read(tag, new SequenceRange(from, until), Integer.MAX_VALUE, false);
            List<Sides> sides = view.compare(events);
            boolean allEqual = true;
            for (int i = 0; i < sides.size(); i++) {
                if (!sides.get(i).equal() && !sides.get(i).missing()) {
                    keep = Math.min(keep, events.get(i).sequence() - 1);
                    allEqual = false;
                }
            }
            if (allEqual) {
                return keep;
            }
            until = from;
        }
        return keep;
    }
}
