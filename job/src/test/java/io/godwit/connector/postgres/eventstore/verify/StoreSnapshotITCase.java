package io.godwit.connector.postgres.eventstore.verify;

import static io.godwit.connector.postgres.eventstore.verify.CopiedStores.query;
import static io.godwit.connector.postgres.eventstore.verify.CopiedStores.run;
import static org.assertj.core.api.Assertions.assertThat;

import io.godwit.spec.VerificationLevel;
import io.godwit.testkit.PostgresDatabase;
import io.godwit.testkit.StoreVariant;
import io.godwit.testkit.TenantHistory;
import io.godwit.testkit.TenantStores;
import io.godwit.testkit.Waiting;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A comparison is of two moments, and the target's is the earlier one. */
final class StoreSnapshotITCase {

    @RegisterExtension static final TenantStores STORES = new TenantStores();

    private static final TenantHistory HISTORY = TenantHistory.of(91, 600);
    private static final String ANOTHER_EVENT =
            """
            INSERT INTO events (global_position, event_id, aggregate_id, aggregate_type, event_type,
                                tenant_id, version, timestamp, payload)
            SELECT global_position + 100000, gen_random_uuid(), gen_random_uuid(), aggregate_type,
                   event_type, tenant_id, 1, timestamp, payload
            FROM events WHERE tenant_id = '%s' LIMIT 1
            """
                    .formatted(HISTORY.tenant(0));

    @ParameterizedTest
    @EnumSource
    void whatIsCommittedMeanwhileIsNotSeen(VerificationLevel level) throws Exception {
        PostgresDatabase source = STORES.newStore(StoreVariant.CURRENT, HISTORY);
        PostgresDatabase target = STORES.newStore(StoreVariant.CURRENT);
        CopiedStores stores =
                new CopiedStores(
                        StoreVariant.CURRENT,
                        Correspondence.appended(),
                        source,
                        target,
                        List.of(HISTORY.tenant(0)));
        stores.copyAll();
        StoreComparison comparison = stores.comparison();
        try (Connection holder = source.connect();
                Statement held = holder.createStatement()) {
            holder.setAutoCommit(false);
            held.execute("LOCK TABLE events IN ACCESS EXCLUSIVE MODE");
            try (Waiting<StoreVerdict> waiting =
                    Waiting.on(() -> comparison.compare(level, Long.MAX_VALUE))) {
                Awaitility.await("the comparison waits for the source's table")
                        .atMost(Duration.ofSeconds(20))
                        .until(() -> began(source, "wait_event_type = 'Lock'") != null);
                assertThat(began(target, "true"))
                        .as("the target's snapshot")
                        .isBefore(began(source, "true"));
                run(target, ANOTHER_EVENT);
                held.execute(ANOTHER_EVENT);
                holder.commit();
                StoreVerdict verdict = waiting.result();
                assertThat(verdict.matched()).as("%s %s", verdict, verdict.named()).isTrue();
            }
        }
        StoreVerdict afterwards = comparison.compare(level, Long.MAX_VALUE);
        assertThat(afterwards.missing() + afterwards.extra()).isEqualTo(2);
    }

    /** When the comparison's transaction began there; null if there is none. */
    private static LocalDateTime began(PostgresDatabase database, String condition)
            throws SQLException {
        List<String> times =
                query(
                        database,
                        "SELECT to_char(xact_start, 'YYYY-MM-DD\"T\"HH24:MI:SS.US')"
                                + " FROM pg_stat_activity WHERE datname = current_database()"
                                + " AND application_name = 'godwit/test'"
                                + " AND xact_start IS NOT NULL AND "
                                + condition);
        return times.isEmpty()
                ? null
                : LocalDateTime.parse(times.get(0), DateTimeFormatter.ISO_LOCAL_DATE_TIME);
    }
}
