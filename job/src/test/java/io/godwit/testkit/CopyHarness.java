package io.godwit.testkit;

import io.godwit.connector.dynamodb.ChainstorageDynamoDbSpec;
import io.godwit.connector.dynamodb.DynamoDbChainLog;
import io.godwit.connector.postgres.ChainDdl;
import io.godwit.connector.postgres.ChainPublication;
import io.godwit.connector.postgres.ChainstoragePostgresSpec;
import io.godwit.connector.postgres.ChainstorageTarget;
import io.godwit.model.ApplyResult;
import io.godwit.model.ChainEvent;
import io.godwit.model.RankedEvent;
import io.godwit.model.SequenceRange;
import io.godwit.port.EventLog;
import io.godwit.reorg.ReorgFunction;
import io.godwit.spec.Secret;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.streaming.api.operators.KeyedProcessOperator;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;

/**
 * A copy from DynamoDB to PostgreSQL through the real source, reorg operator and target, without a
 * Flink cluster: what a job does, in an order that a test dictates. Used by one thread; the writers
 * have threads of their own, as in a job.
 */
public final class CopyHarness implements AutoCloseable {

    private static final int MAX_PARALLELISM = 128;

    private final ChainTables tables;
    private final ChainstorageDynamoDbSpec source;
    private final PostgresDatabase database;
    private final ChainstoragePostgresSpec target;
    private Supplier<EventLog<ChainEvent>> logs;
    private EventLog<ChainEvent> log;
    private KeyedOneInputStreamOperatorTestHarness<Tuple2<Integer, Long>, ChainEvent, RankedEvent>
            reorg;

    private record Range(int tag, SequenceRange sequences) {}

    /** Creates chainstorage's tables in the database if they are not there. */
    public CopyHarness(
            ChainTables tables, ChainstorageDynamoDbSpec source, PostgresDatabase database) {
        this.tables = tables;
        this.source = source;
        this.database = database;
        this.target =
                new ChainstoragePostgresSpec(
                        database.url(), database.user(), new Secret(database.password()), true);
        this.logs = () -> new DynamoDbChainLog(source);
        ChainDdl.createIfMissing(target, migration());
        dropState();
    }

    /** The name under which its sessions are seen, after "godwit/". */
    public String migration() {
        return "copy-" + database.name();
    }

    public PostgresDatabase database() {
        return database;
    }

    public ChainTables tables() {
        return tables;
    }

    public ChainstorageDynamoDbSpec source() {
        return source;
    }

    public ChainstoragePostgresSpec target() {
        return target;
    }

    public Connection connect() throws SQLException {
        return database.connect();
    }

    /** Reads through such a log from now on. */
    public CopyHarness reading(Supplier<EventLog<ChainEvent>> other) {
        logs = other;
        dropState();
        return this;
    }

    public EventLog<ChainEvent> log() {
        return log;
    }

    /**
     * What a lost checkpoint takes along: the reorg operator's state and what the log remembers.
     */
    public void dropState() {
        try {
            close();
            log = logs.get();
            reorg =
                    new KeyedOneInputStreamOperatorTestHarness<>(
                            new KeyedProcessOperator<>(new ReorgFunction()),
                            ReorgFunction.byHeight(),
                            ReorgFunction.keyType());
            reorg.open();
        } catch (Exception e) {
            throw new IllegalStateException("The reorg operator does not open", e);
        }
    }

    /** Copies all event tags from 1 to their heads. */
    public ApplyResult copy(CopyPlan plan) {
        List<Range> ranges = new ArrayList<>();
        for (int tag : source.eventTags()) {
            ranges.addAll(ranges(tag, new SequenceRange(1, log.head(tag) + 1), plan));
        }
        return copy(ranges, plan);
    }

    /** Copies some events of one tag, whatever its head is. */
    public ApplyResult copy(int tag, long from, long until, CopyPlan plan) {
        return copy(ranges(tag, new SequenceRange(from, until), plan), plan);
    }

    private static List<Range> ranges(int tag, SequenceRange all, CopyPlan plan) {
        List<Range> ranges = new ArrayList<>();
        for (long from = all.from(); from < all.until(); from += plan.rangeSize()) {
            long until = Math.min(all.until(), from + plan.rangeSize());
            ranges.add(new Range(tag, new SequenceRange(from, until)));
        }
        return ranges;
    }

    private ApplyResult copy(List<Range> ranges, CopyPlan plan) {
        if (plan.order().isPresent()) {
            Collections.shuffle(ranges, new Random(plan.order().getAsLong()));
        }
        List<CopyWriter> writers = new ArrayList<>();
        try {
            for (int i = 0; i < plan.writers(); i++) {
                writers.add(new CopyWriter(openTarget(), plan.batchSize(), plan.deliveries()));
            }
            for (Range range : ranges) {
                for (ChainEvent event :
                        log.read(range.tag(), range.sequences(), Integer.MAX_VALUE, false)) {
                    RankedEvent ranked = rank(event);
                    writers.get(writerOf(event, plan.writers())).write(ranked);
                }
            }
            ApplyResult total = ApplyResult.NOTHING;
            for (CopyWriter writer : writers) {
                total = total.plus(writer.flush());
            }
            return total;
        } finally {
            writers.forEach(CopyWriter::close);
        }
    }

    /** A target of the caller's own. */
    public ChainstorageTarget openTarget() {
        return new ChainstorageTarget(target, migration());
    }

    /** What the reorg operator makes of an event now. */
    public RankedEvent rank(ChainEvent event) {
        try {
            reorg.processElement(event, 0);
            RankedEvent ranked = reorg.extractOutputValues().get(0);
            reorg.getOutput().clear();
            return ranked;
        } catch (Exception e) {
            throw new IllegalStateException("The reorg operator failed at " + event, e);
        }
    }

    /** The same height always goes to the same writer, by Flink's own arithmetic. */
    private static int writerOf(ChainEvent event, int writers) {
        return KeyGroupRangeAssignment.assignKeyToParallelOperator(
                Tuple2.of(event.blockTag(), event.height()), MAX_PARALLELISM, writers);
    }

    public void publish() {
        new ChainPublication(target, migration()).publish(source.eventTags());
    }

    public ChainRows rows() {
        try (Connection connection = connect()) {
            return ChainRows.read(connection);
        } catch (SQLException e) {
            throw new IllegalStateException("Cannot read " + database.url(), e);
        }
    }

    /** One value of the target; null for no row. */
    public String query(String sql) {
        try (Connection connection = connect();
                var statement = connection.createStatement();
                var row = statement.executeQuery(sql)) {
            return row.next() ? row.getString(1) : null;
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    /** Changes the target by hand, as another writer would. */
    public void execute(String sql) {
        try (Connection connection = connect();
                var statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    @Override
    public void close() {
        if (reorg == null) {
            return;
        }
        log.close();
        try {
            reorg.close();
        } catch (Exception e) {
            throw new IllegalStateException("The reorg operator does not close", e);
        }
    }
}
