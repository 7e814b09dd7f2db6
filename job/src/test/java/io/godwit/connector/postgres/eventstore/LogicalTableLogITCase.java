package io.godwit.connector.postgres.eventstore;

import static io.godwit.connector.postgres.eventstore.LogicalFlows.PATIENCE;
import static io.godwit.connector.postgres.eventstore.LogicalFlows.head;
import static io.godwit.connector.postgres.eventstore.LogicalFlows.turnUntil;
import static org.assertj.core.api.Assertions.assertThat;

import io.godwit.model.SequenceRange;
import io.godwit.testkit.StoreVariant;
import io.godwit.testkit.TenantStores;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The tail of an event table out of the write-ahead log: nothing is lost and nothing waits. */
final class LogicalTableLogITCase {

    @RegisterExtension static final TenantStores STORES = new TenantStores();

    @RegisterExtension final LogicalFlows flows = new LogicalFlows(STORES);

    /** What binary COPY reads of the tenant from the position on. */
    private static Map<Long, String> copied(TenantFlow flow, long from) {
        Map<Long, String> rows = new TreeMap<>();
        try (EventTableLog log =
                new EventTableLog(
                        flow.sourceSpec(), flow.columns(), List.of(flow.tenant()), "copied")) {
            long head = log.head(0);
            log.read(0, new SequenceRange(from, head + 1), 100_000, false).stream()
                    .filter(event -> !event.isMark())
                    .forEach(
                            event ->
                                    rows.put(
                                            event.sequence(),
                                            HexFormat.of().formatHex(event.row())));
        }
        return rows;
    }

    @ParameterizedTest
    @EnumSource(StoreVariant.class)
    void rowsAreByteForByteThoseOfBinaryCopy(StoreVariant variant) throws Exception {
        TenantFlow flow = flows.create(variant);
        long next = head(flow) + 1;
        try (LogicalReader reader = new LogicalReader(flow, next)) {
            reader.turn();
            more(flow);
            Map<Long, String> expected = copied(flow, next);
            assertThat(expected).hasSizeGreaterThan(100);
            long last = head(flow);
            turnUntil(reader, "the mark", () -> reader.cursor() > last);
            assertThat(reader.target()).isEqualTo(expected);
        }
    }

    /** Another stretch of the same tenants, with fresh ids. */
    private void more(TenantFlow flow) throws SQLException {
        String table = flow.mapping().quotedTable();
        try (Connection connection = flow.source().connect()) {
            FencedStore.execute(connection, "CREATE TEMP TABLE more AS SELECT * FROM " + table);
            for (String column : new String[] {"txid", "day"}) {
                FencedStore.execute(connection, "ALTER TABLE more DROP COLUMN IF EXISTS " + column);
            }
            String position = EventStoreMapping.quoted(flow.mapping().position());
            String id = EventStoreMapping.quoted(flow.mapping().eventId());
            String version = EventStoreMapping.quoted(flow.mapping().version());
            String type = id.equals("\"id\"") ? "text" : "uuid";
            FencedStore.execute(
                    connection,
                    "UPDATE more SET %1$s = %1$s + 1000, %2$s = md5(%2$s::text)::uuid::%3$s, %4$s = %4$s + 100"
                            .formatted(position, id, type, version));
            String columns = ColumnList.of(flow.columns());
            FencedStore.execute(
                    connection,
                    "INSERT INTO %s (%s) OVERRIDING SYSTEM VALUE SELECT %s FROM more ORDER BY %s"
                            .formatted(table, columns, columns, position));
            FencedStore.execute(
                    connection,
                    "SELECT setval('%1$s_%2$s_seq', (SELECT max(%3$s) FROM %4$s))"
                            .formatted(
                                    flow.mapping().table(),
                                    flow.mapping().position(),
                                    position,
                                    table));
        }
    }

    @Test
    void aTransactionThatStaysOpenHoldsTheCursorAndNoRow() throws Exception {
        TenantFlow flow = flows.create(StoreVariant.CURRENT);
        long next = head(flow) + 1;
        try (LogicalReader reader = new LogicalReader(flow, next);
                Connection idle = flow.source().connect();
                LogicalWriters writers = new LogicalWriters(flow.source(), flow.tenant(), 3, 11)) {
            turnUntil(reader, "rows", () -> reader.target().size() > 50);
            idle.setAutoCommit(false);
            FencedStore.execute(idle, LogicalWriters.insert(flow.tenant()));
            long held = Long.parseLong(FencedStore.query(idle, "SELECT lastval()"));
            turnUntil(reader, "rows behind it", () -> reader.target().tailMap(held).size() > 300);
            assertThat(reader.cursor()).isLessThanOrEqualTo(held);
            assertThat(head(flow)).as("so does the fence alone").isLessThan(held);
            reader.checkpoint();
            reader.restart();
            int before = reader.target().size();
            turnUntil(reader, "rows after a restart", () -> reader.target().size() > before + 300);
            assertThat(reader.cursor()).isLessThanOrEqualTo(held);
            idle.commit();
            turnUntil(reader, "the row itself", () -> reader.cursor() > held);
            assertThat(reader.target()).containsKey(held);
            reader.checkComplete();
            writers.stop();
        }
    }

    @Test
    void nothingIsLostWhereverItIsRestarted() throws Exception {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        TenantFlow flow = flows.create(StoreVariant.CURRENT);
        long next = head(flow) + 1;
        try (LogicalReader reader = new LogicalReader(flow, next);
                LogicalWriters writers =
                        new LogicalWriters(flow.source(), flow.tenant(), 4, seed)) {
            for (int run = 0; run < 20; run++) {
                for (int turns = random.nextInt(300); turns > 0; turns--) {
                    reader.turn();
                    if (random.nextInt(100) == 0) {
                        reader.checkpoint();
                    }
                    if (random.nextInt(20) == 0) {
                        reader.checkComplete();
                    }
                }
                reader.checkComplete();
                if (run % 5 == 4) {
                    LogicalFeeds.drop(flow.sourceSpec(), "test");
                }
                reader.restart();
            }
            writers.stop();
            long last = head(flow);
            turnUntil(reader, "the end", () -> reader.cursor() > last);
            reader.checkComplete();
            Map<Long, String> expected = copied(flow, next);
            System.out.println(expected.size() + " rows");
            assertThat(reader.target()).as("seed " + seed).isEqualTo(expected);
        }
    }

    /**
     * Between its commit record and its visibility a transaction may take long, here because a
     * standby does not answer: it has come by the stream and was confirmed, it is lost with the
     * reader, and nobody can read it from the table yet.
     */
    @Test
    void aRowThatWasConfirmedBeforeItIsVisibleIsNotLost() throws Exception {
        TenantFlow flow = flows.create(StoreVariant.CURRENT);
        long next = head(flow) + 1;
        try (LogicalReader reader = new LogicalReader(flow, next);
                Connection admin = flow.source().connect();
                Connection writer = flow.source().connect()) {
            reader.turn();
            standbys(admin, "nobody");
            Thread commit =
                    new Thread(
                            () -> {
                                try {
                                    FencedStore.execute(
                                            writer, LogicalWriters.insert(flow.tenant()));
                                } catch (SQLException e) {
                                    throw new IllegalStateException(e);
                                }
                            });
            try {
                commit.start();
                turnUntil(reader, "the row", () -> reader.target().size() == 1);
                assertThat(FencedStore.query(admin, "SELECT max(global_position) FROM events"))
                        .as("it is not visible")
                        .isEqualTo(String.valueOf(next - 1));
                awaitConfirmed(reader, admin, flow);
                reader.restart();
                for (int i = 0; i < 300; i++) {
                    reader.turn();
                }
                assertThat(reader.target()).isEmpty();
                assertThat(reader.cursor()).as("held by its writer").isEqualTo(next);
            } finally {
                standbys(admin, "");
                commit.join(PATIENCE.toMillis());
            }
            turnUntil(reader, "the mark", () -> reader.cursor() > next);
            assertThat(reader.target()).containsOnlyKeys(next);
        }
    }

    private static void standbys(Connection admin, String names) throws SQLException {
        FencedStore.execute(admin, "ALTER SYSTEM SET synchronous_standby_names = '" + names + "'");
        FencedStore.execute(admin, "SELECT pg_reload_conf()");
        Awaitility.await("the setting")
                .atMost(PATIENCE)
                .until(
                        () ->
                                FencedStore.query(admin, "SHOW synchronous_standby_names")
                                        .equals(names));
    }

    private static void awaitConfirmed(LogicalReader reader, Connection admin, TenantFlow flow)
            throws SQLException {
        String end = FencedStore.query(admin, "SELECT pg_current_wal_lsn()");
        String slot = LogicalFeeds.state(flow.sourceSpec(), "test").orElseThrow().name();
        turnUntil(
                reader,
                "the slot is confirmed",
                () ->
                        FencedStore.query(
                                        admin,
                                        "SELECT confirmed_flush_lsn >= '"
                                                + end
                                                + "' FROM pg_replication_slots WHERE slot_name = '"
                                                + slot
                                                + "'")
                                .equals("t"));
    }

    @Test
    void aMarkWaitsForTheStreamNotForTheFenceAlone() throws Exception {
        TenantFlow flow = flows.create(StoreVariant.CURRENT);
        long next = head(flow) + 1;
        try (LogicalReader reader = new LogicalReader(flow, next);
                Connection admin = flow.source().connect()) {
            turnUntil(reader, "the first mark", () -> reader.cursor() == next);
            int sender = LogicalFeeds.state(flow.sourceSpec(), "test").orElseThrow().activePid();
            signal("STOP", sender);
            try {
                FencedStore.execute(admin, LogicalWriters.insert(flow.tenant()));
                Awaitility.await("the fence was looked at several times")
                        .during(Duration.ofMillis(500))
                        .atMost(PATIENCE)
                        .pollInterval(Duration.ofMillis(2))
                        .until(() -> !reader.turn() && reader.cursor() == next);
            } finally {
                signal("CONT", sender);
            }
            turnUntil(reader, "the mark", () -> reader.cursor() > next);
            assertThat(reader.target()).containsOnlyKeys(next);
        }
    }

    private static void signal(String name, int pid) throws Exception {
        assertThat(new ProcessBuilder("kill", "-" + name, String.valueOf(pid)).start().waitFor())
                .isZero();
    }

    @Test
    void bulkRangesAndTheirHeadAreReadFromTheTable() throws Exception {
        TenantFlow flow = flows.create(StoreVariant.CURRENT);
        try (LogicalTableLog log =
                        new LogicalTableLog(
                                flow.sourceSpec(), flow.columns(), List.of(flow.tenant()), "test");
                EventTableLog table =
                        new EventTableLog(
                                flow.sourceSpec(),
                                flow.columns(),
                                List.of(flow.tenant()),
                                "test")) {
            long head = log.head(0);
            assertThat(head).isEqualTo(table.head(0)).isPositive();
            SequenceRange range = new SequenceRange(1, head + 1);
            assertThat(log.read(0, range, 10, false))
                    .usingRecursiveComparison()
                    .isEqualTo(table.read(0, range, 10, false));
            assertThat(LogicalFeeds.state(flow.sourceSpec(), "test"))
                    .as("nobody reads the slot for that")
                    .hasValueSatisfying(state -> assertThat(state.active()).isFalse());
        }
    }
}
