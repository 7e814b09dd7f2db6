package io.godwit.testkit;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;

/**
 * A history of several tenants in one store, interleaved, made inside the database from a seed: the
 * same seed gives the same events, whatever the store's shape. Streams have about 10 events,
 * several are open at once; positions have gaps, as rolled-back appends leave them; one event in 50
 * is nobody's; payloads have about 830 characters.
 *
 * @param shares how many events of a round each tenant has; [4, 1, 1] gives the first two thirds
 */
public record TenantHistory(long seed, int events, List<Integer> shares) {

    /** One position in so many is left out. */
    private static final int GAP_EVERY = 97;

    /**
     * The tenants' streams of about 10 events, 10 of them open at a time; seq goes on in the store.
     * Rows are put in order while they are narrow, before the payload is made.
     */
    private static final String EVENTS =
            """
            WITH setting AS (
                SELECT CAST(? AS text) AS seed, CAST(? AS int) AS events, CAST(? AS text[]) AS round,
                       CAST(? AS bigint) AS after
            ), drawn AS (
                SELECT i, after + i + i / %d AS seq, seed, i <= events / 10 AS old,
                       round[1 + (('x' || substr(md5(seed || ':tenant:' || i), 1, 7))::bit(28)::int
                                  %% array_length(round, 1))] AS tenant
                FROM setting, generate_series(1, events) i
            ), owned AS (
                SELECT *, CASE WHEN i %% 50 = 0 THEN NULL ELSE tenant END AS owner
                FROM drawn
            ), placed AS (
                SELECT *, row_number() OVER (PARTITION BY owner ORDER BY i) - 1 AS r
                FROM owned
            ), streamed AS (
                SELECT *, r / 100 * 10 + r %% 10 AS stream, (r %% 100 / 10 + 1)::int AS version,
                       timestamptz '2026-01-01 00:00:00+00' + i * interval '78 milliseconds'
                           AS occurred
                FROM placed ORDER BY i
            ), named AS (
                SELECT *, md5(seed || ':event:' || seq)::uuid AS event_id,
                       md5(seed || ':stream:' || COALESCE(owner, '') || ':' || stream)::uuid
                           AS aggregate_id,
                       (ARRAY['Order', 'Invoice', 'Customer'])[1 + stream %% 3] AS aggregate_type,
                       (ARRAY['Opened', 'Changed', 'Checked', 'Closed'])[1 + i %% 4] AS kind,
                       CASE WHEN i %% 7 = 0 THEN NULL ELSE 'user-' || i %% 31 END AS actor
                FROM streamed
            ), event AS (
                SELECT *, jsonb_build_object(
                    'event_id', event_id, 'event_type', aggregate_type || kind,
                    'event_version', 1,
                    'occurred_at', to_char(occurred AT TIME ZONE 'UTC',
                                           'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
                    'aggregate_id', aggregate_id, 'aggregate_type', aggregate_type,
                    'aggregate_version', version, 'tenant_id', owner, 'actor_id', actor,
                    'correlation_id', md5(seed || ':correlation:' || i / 3)::uuid,
                    'causation_id', NULL, 'metadata', jsonb_build_object('source', 'kit'),
                    'amount', ((i * 7919::bigint) %% 100000)::numeric(12, 2) / 4, 'quantity', i %% 40,
                    'note', CASE i %% 5 WHEN 0 THEN '' WHEN 1 THEN 'größer als 1 €, 数'
                                        WHEN 2 THEN E'two\\nlines "quoted" \\\\ back' END,
                    'tags', jsonb_build_array(kind, 1.10, 12345678901234567890, true),
                    'reference', md5(seed || 'a' || i) || md5(seed || 'b' || i)
                                 || md5(seed || 'c' || i),
                    'signature', repeat(md5(seed || 'd' || i), 4)) AS payload
                FROM named
            )
            """
                    .formatted(GAP_EVERY);

    private static final String INTO_EVENTSOURCE =
            """
            INSERT INTO events (global_position, event_id, aggregate_id, aggregate_type, event_type,
                                tenant_id, actor_id, version, timestamp, payload, created_at{txid})
            SELECT seq, event_id, aggregate_id, aggregate_type, aggregate_type || kind,
                   owner::uuid, actor, version, occurred, payload,
                   occurred + interval '3 milliseconds'{value}
            FROM event
            """;

    private static final String WITH_TXID =
            INTO_EVENTSOURCE
                    .replace("{txid}", ", txid")
                    .replace("{value}", ", CASE WHEN old THEN NULL ELSE pg_current_xact_id() END");

    private static final String WITHOUT_TXID =
            INTO_EVENTSOURCE.replace("{txid}", "").replace("{value}", "");

    private static final String INTO_JOURNAL =
            """
            INSERT INTO journal.entries (seq, account, "Stream", revision, id, kind, at, envelope)
            OVERRIDING SYSTEM VALUE
            SELECT seq, owner, aggregate_type || '-' || aggregate_id, version, event_id::text, kind,
                   occurred, ('{"b":1, "a" : 2, "a":3, "event":' || payload::text || '}')::json
            FROM event
            """;

    public TenantHistory {
        shares = List.copyOf(shares);
    }

    /** With the first tenant having two thirds, and two more tenants. */
    public static TenantHistory of(long seed, int events) {
        return new TenantHistory(seed, events, List.of(4, 1, 1));
    }

    /** The id of a tenant, by its place in the shares, from 0. */
    public String tenant(int index) {
        return uuid(seed + ":tenant-id:" + index);
    }

    public List<String> tenants() {
        return IntStream.range(0, shares.size()).mapToObj(this::tenant).toList();
    }

    /**
     * Appends the history behind what the store has; fresh ids need another seed. In stores with
     * txid the first tenth has none, as rows from before the column was there.
     */
    public void fill(PostgresDatabase database, StoreVariant variant) {
        String table = variant.mapping().table();
        String position = variant.mapping().position();
        try (Connection connection = database.connect()) {
            connection.setAutoCommit(false);
            long after = highest(connection, table, position);
            SecondaryIndexes indexes = SecondaryIndexes.drop(connection, table);
            try (Statement statement = connection.createStatement()) {
                statement.execute("SET LOCAL work_mem = '256MB'");
            }
            try (PreparedStatement statement =
                    connection.prepareStatement(EVENTS + into(variant))) {
                statement.setString(1, String.valueOf(seed));
                statement.setInt(2, events);
                statement.setArray(3, connection.createArrayOf("text", round()));
                statement.setLong(4, after);
                statement.executeUpdate();
            }
            indexes.create(connection);
            try (Statement statement = connection.createStatement()) {
                statement.execute(
                        "SELECT setval('"
                                + table
                                + "_"
                                + position
                                + "_seq', "
                                + highest(connection, table, position)
                                + ")");
            }
            connection.commit();
            try (Statement statement = connection.createStatement()) {
                statement.execute("ANALYZE " + table);
            }
            connection.commit();
        } catch (SQLException e) {
            throw new IllegalStateException("Cannot fill " + database.name() + " with " + this, e);
        }
    }

    private static String into(StoreVariant variant) {
        return switch (variant) {
            case CURRENT, PARTITIONED -> WITH_TXID;
            case BEFORE_0_8 -> WITHOUT_TXID;
            case JOURNAL -> INTO_JOURNAL;
        };
    }

    private static long highest(Connection connection, String table, String position)
            throws SQLException {
        try (Statement statement = connection.createStatement();
                var row =
                        statement.executeQuery(
                                "SELECT COALESCE(max(" + position + "), 0) FROM " + table)) {
            row.next();
            return row.getLong(1);
        }
    }

    /** Each tenant as often as its share says. */
    private String[] round() {
        return IntStream.range(0, shares.size())
                .boxed()
                .flatMap(t -> IntStream.range(0, shares.get(t)).mapToObj(i -> tenant(t)))
                .toArray(String[]::new);
    }

    private static String uuid(String text) {
        try {
            byte[] digest =
                    MessageDigest.getInstance("MD5").digest(text.getBytes(StandardCharsets.UTF_8));
            String hex = String.format("%032x", new BigInteger(1, digest));
            return UUID.fromString(
                            hex.replaceFirst("(.{8})(.{4})(.{4})(.{4})(.{12})", "$1-$2-$3-$4-$5"))
                    .toString();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
