package io.godwit.bench;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.godwit.connector.postgres.eventstore.WriteFence;
import io.godwit.testkit.PostgresDatabase;
import io.godwit.testkit.PostgresServer;
import io.godwit.testkit.StoreVariant;
import io.godwit.testkit.TenantStores;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;

/**
 * What the write fence costs an append of one event, as eventsource-py sends it, with fsync: for
 * tenants that are not fenced and for the one that is.
 *
 * <p>It is one table all the time, for two equal tables differ by more than the fence costs. Each
 * round has a few appends of both tenants without and with the fence, in random order, and yields
 * one ratio a tenant; the machine is slower now and then, but rarely within a tenth of a second.
 * The medians of the ratios are the result.
 */
final class FenceCost {

    private static final StoreVariant STORE = StoreVariant.CURRENT;
    private static final UUID FENCED = new UUID(1, 1);
    private static final UUID OTHER = new UUID(1, 2);
    private static final String TRIGGER = "godwit_write_fence";

    /** Until what the driver and the server have prepared is prepared again after each change. */
    private static final int WARM_UP = 10;

    private static final int WARM_UP_ROUNDS = 10;

    /** Of one tenant in one state of the fence, in each round. */
    private final int appends;

    private final Random random;
    private final List<Double> bare = new ArrayList<>();
    private final List<Double> others = new ArrayList<>();
    private final List<Double> tenant = new ArrayList<>();
    private String trigger;

    private FenceCost(int appends, Random random) {
        this.appends = appends;
        this.random = random;
    }

    static ObjectNode run(BenchOptions options) throws SQLException {
        int rounds = options.count("--rounds", 300);
        int appends = options.count("--appends", 60);
        options.end();
        long seed = System.nanoTime();
        System.out.println(
                "fence cost: " + rounds + " rounds of 4 x " + appends + " appends, seed " + seed);
        FenceCost cost = new FenceCost(appends, new Random(seed));
        cost.measure(rounds);
        double bare = Quantiles.of(cost.bare).at(0.5);
        ObjectNode result =
                JsonNodeFactory.instance
                        .objectNode()
                        .put("bench", "fencecost")
                        .put("append_without_fence_us", Quantiles.rounded(bare));
        put(result, "others", cost.others);
        put(result, "tenant", cost.tenant);
        return result.put("rounds", rounds).put("appends", appends).put("seed", seed);
    }

    private void measure(int rounds) throws SQLException {
        try (PostgresServer server = PostgresServer.start(Map.of("fsync", "on"))) {
            PostgresDatabase database = server.newDatabase();
            TenantStores.create(database, STORE);
            new WriteFence(TenantStores.spec(database, "shared", STORE), "fence-cost")
                    .install(List.of(FENCED.toString()));
            try (Connection writer = database.connect();
                    Statement ddl = writer.createStatement()) {
                trigger = definition(ddl);
                writer.setAutoCommit(false);
                for (int i = 0; i < WARM_UP_ROUNDS + rounds; i++) {
                    if (i == WARM_UP_ROUNDS) {
                        forget();
                    }
                    round(writer, ddl);
                }
            }
        }
    }

    /** The trigger as the fence has made it: making it again here is a matter of a millisecond. */
    private static String definition(Statement ddl) throws SQLException {
        try (ResultSet rows =
                ddl.executeQuery(
                        "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgname = '"
                                + TRIGGER
                                + "'")) {
            rows.next();
            return rows.getString(1) + "; ALTER TABLE events ENABLE ALWAYS TRIGGER " + TRIGGER;
        }
    }

    private void forget() {
        bare.clear();
        others.clear();
        tenant.clear();
    }

    private void round(Connection writer, Statement ddl) throws SQLException {
        double[] without = null;
        double[] with = null;
        List<Boolean> states = Arrays.asList(true, false);
        Collections.shuffle(states, random);
        for (boolean fenced : states) {
            // Both states are reached by the same changes, so both prepare the same again.
            ddl.execute("DROP TRIGGER IF EXISTS " + TRIGGER + " ON events");
            ddl.execute(trigger);
            if (!fenced) {
                ddl.execute("DROP TRIGGER " + TRIGGER + " ON events");
            }
            writer.commit();
            if (fenced) {
                with = both(writer);
            } else {
                without = both(writer);
            }
        }
        bare.add(without[0]);
        bare.add(without[1]);
        others.add(with[0] / without[0]);
        tenant.add(with[1] / without[1]);
    }

    /** The latency of the other tenant's appends and of the fenced one's. */
    private double[] both(Connection writer) throws SQLException {
        double[] micros = new double[2];
        int first = random.nextInt(2);
        for (int i : new int[] {first, 1 - first}) {
            micros[i] = appends(writer, i == 0 ? OTHER : FENCED);
        }
        return micros;
    }

    /** Microseconds, the median of a phase: a slow fsync now and then is nobody's fault. */
    private double appends(Connection writer, UUID tenant) throws SQLException {
        for (int i = 0; i < WARM_UP; i++) {
            append(writer, tenant);
        }
        List<Double> micros = new ArrayList<>();
        for (int i = 0; i < appends; i++) {
            long begin = System.nanoTime();
            append(writer, tenant);
            micros.add((System.nanoTime() - begin) / 1e3);
        }
        return Quantiles.of(micros).at(0.5);
    }

    private static void append(Connection writer, UUID tenant) throws SQLException {
        UUID stream = UUID.randomUUID();
        int version;
        try (PreparedStatement last =
                writer.prepareStatement(
                        "SELECT coalesce(max(version), 0) FROM events"
                                + " WHERE aggregate_id = ? AND aggregate_type = ?")) {
            last.setObject(1, stream);
            last.setString(2, "Order");
            try (ResultSet rows = last.executeQuery()) {
                rows.next();
                version = rows.getInt(1) + 1;
            }
        }
        try (PreparedStatement insert =
                writer.prepareStatement(
                        """
                        INSERT INTO events (event_id, aggregate_id, aggregate_type, event_type,
                            tenant_id, version, timestamp, payload, created_at)
                        VALUES (?, ?, 'Order', 'OrderPlaced', ?, ?, now(),
                            CAST(? AS jsonb), now())
                        RETURNING global_position
                        """)) {
            insert.setObject(1, UUID.randomUUID());
            insert.setObject(2, stream);
            insert.setObject(3, tenant);
            insert.setInt(4, version);
            insert.setString(5, "{\"event_type\": \"OrderPlaced\", \"amount\": 12}");
            insert.executeQuery().close();
        }
        writer.commit();
    }

    /**
     * What the append takes longer: the median, and between what it is with 95 % confidence. The
     * interval is that of the sign test: it asks nothing of the ratios' distribution.
     */
    private static void put(ObjectNode result, String who, List<Double> ratios) {
        Quantiles percents = Quantiles.of(ratios.stream().map(ratio -> 100 * (ratio - 1)).toList());
        double reach = 0.98 / Math.sqrt(ratios.size());
        result.put(who + "_percent", Quantiles.rounded(percents.at(0.5)))
                .put(who + "_from", Quantiles.rounded(percents.at(0.5 - reach)))
                .put(who + "_to", Quantiles.rounded(percents.at(0.5 + reach)));
    }
}
