package io.godwit.connector.postgres;

import io.godwit.connector.postgres.BlockTable.Stored;
import io.godwit.model.ApplyResult;
import io.godwit.model.BlockId;
import io.godwit.model.ChainEvent;
import io.godwit.model.MigrationException;
import io.godwit.model.RankedEvent;
import io.godwit.port.Target;
import io.godwit.spec.Checks;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * chainstorage's PostgreSQL schema as a target: blocks, events and canonical rows of a batch in one
 * transaction, parents first.
 *
 * <p>Optimistic first: blocks and events that the stream has not seen before go straight into their
 * tables by binary COPY. When a row is there already (a replay, a second run, a live service), the
 * transaction is rolled back and repeated with a look: rows that are there are compared by content,
 * equal ones are counted, a different one is an error that names its keys; the rest is copied. A
 * row that appears between the look and the COPY only makes it look again.
 *
 * <p>Nothing is kept across a crash; used by one thread.
 */
public final class ChainstorageTarget implements Target<RankedEvent> {

    private static final int CONFLICTS_IN_A_ROW = 20;
    private static final int NAMED_DIFFERENCES = 10;

    private final RetryingSession session;
    private ChainSchema schema;
    private ChainLimits limits;

    /** Set after a conflict: look before copying, until a look finds nothing. */
    private boolean careful;

    public ChainstorageTarget(ChainstoragePostgresSpec spec, String migration) {
        this.session =
                new RetryingSession(
                        Checks.withoutQuery(spec.url()),
                        () ->
                                PostgresConnections.open(
                                        spec.url(), spec.user(), spec.password(), migration),
                        this::prepare);
    }

    private void prepare(Connection connection) throws SQLException {
        PostgresPlans.lookUpByIndex(connection);
        schema = ChainSchema.read(connection);
        if (!schema.problems().isEmpty()) {
            throw MigrationException.fatal(
                    "schema",
                    "The target's schema is not chainstorage's: "
                            + String.join("; ", schema.problems()));
        }
        limits = new ChainLimits(schema);
    }

    @Override
    public ApplyResult apply(List<RankedEvent> batch) {
        return session.call(
                "Writing to the target", connection -> applyUntilNoConflict(connection, batch));
    }

    private ApplyResult applyUntilNoConflict(Connection connection, List<RankedEvent> events)
            throws SQLException {
        ChainBatch batch = ChainBatch.of(events);
        batch.events().forEach(limits::check);
        for (int conflicts = 0; ; conflicts++) {
            boolean look = careful || conflicts > 0;
            try {
                ApplyResult result =
                        RetryingSession.transaction(
                                connection, open -> applyOnce(open, batch, look));
                careful = look && result.alreadyEqual() > 0;
                long repeated = events.size() - batch.events().size();
                return result.plus(new ApplyResult(0, repeated, 0));
            } catch (SQLException e) {
                if (!PostgresErrors.isConflict(e) || conflicts == CONFLICTS_IN_A_ROW) {
                    throw e;
                }
            }
        }
    }

    private ApplyResult applyOnce(Connection connection, ChainBatch batch, boolean look)
            throws SQLException {
        BlockTable blocks = new BlockTable(connection, schema);
        EventTable events = new EventTable(connection);
        Map<BlockId, Stored> stored = blocks.find(toLookFor(batch, look));
        refuseDifferent(BlockTable.differences(batch.blocks(), stored));
        Map<BlockId, Long> ids = new HashMap<>(2 * batch.blocks().size());
        stored.forEach((key, there) -> ids.put(key, there.id()));
        completeSkipped(blocks, batch, stored);
        insertBlocks(blocks, batch, ids);
        Map<EventTable.Key, EventTable.Stored> known =
                look ? events.find(batch.events()) : Map.of();
        refuseDifferent(
                EventTable.differences(batch.events(), known, event -> blockIdOf(ids, event)));
        List<ChainEvent> fresh =
                batch.events().stream()
                        .filter(event -> !known.containsKey(EventTable.Key.of(event)))
                        .toList();
        events.insert(fresh, event -> blockIdOf(ids, event));
        new CanonicalTable(connection)
                .recompute(look ? ChainBatch.allHeights(batch.events()) : batch.heights());
        return new ApplyResult(fresh.size(), known.size(), 0);
    }

    private static Set<BlockId> toLookFor(ChainBatch batch, boolean look) {
        Set<BlockId> wanted = new HashSet<>(batch.blocks().keySet());
        if (!look) {
            wanted.removeAll(batch.surelyNew());
        }
        return wanted;
    }

    private static long blockIdOf(Map<BlockId, Long> ids, ChainEvent event) {
        return ids.get(BlockTable.keyOf(event.blockId()));
    }

    private static void completeSkipped(
            BlockTable blocks, ChainBatch batch, Map<BlockId, Stored> stored) throws SQLException {
        List<Stored> incomplete = new ArrayList<>();
        List<BlockRow> known = new ArrayList<>();
        stored.forEach(
                (key, there) -> {
                    BlockRow row = batch.blocks().get(key);
                    if (row.improves(there.row())) {
                        incomplete.add(there);
                        known.add(row);
                    }
                });
        if (!incomplete.isEmpty()) {
            blocks.complete(incomplete, known);
        }
    }

    private static void insertBlocks(BlockTable blocks, ChainBatch batch, Map<BlockId, Long> ids)
            throws SQLException {
        List<BlockId> keys = new ArrayList<>();
        List<BlockRow> rows = new ArrayList<>();
        batch.blocks()
                .forEach(
                        (key, row) -> {
                            if (!ids.containsKey(key)) {
                                keys.add(key);
                                rows.add(row);
                            }
                        });
        long[] drawn = blocks.insert(rows);
        for (int i = 0; i < drawn.length; i++) {
            ids.put(keys.get(i), drawn[i]);
        }
    }

    private static void refuseDifferent(List<String> differences) {
        if (differences.isEmpty()) {
            return;
        }
        throw MigrationException.fatal(
                differences.get(0),
                "The target has "
                        + differences.size()
                        + " rows that differ from the source's: "
                        + String.join(
                                " | ",
                                differences.subList(
                                        0, Math.min(NAMED_DIFFERENCES, differences.size())))
                        + ". Nothing of the batch was written. Find out who wrote them; when the"
                        + " source was reset and rewritten, 'godwit migrate SPEC --rewind' replaces"
                        + " them");
    }

    @Override
    public void close() {
        session.close();
    }
}
