package io.godwit.connector.postgres.eventstore;

import static io.godwit.connector.postgres.eventstore.FencedStore.ACME;
import static io.godwit.connector.postgres.eventstore.FencedStore.MAPPING;
import static io.godwit.connector.postgres.eventstore.FencedStore.append;
import static io.godwit.connector.postgres.eventstore.FencedStore.insert;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.godwit.model.Finding;
import io.godwit.model.MigrationException;
import io.godwit.testkit.PostgresServer;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Stores where the gap fence holds, and where it is refused. */
final class SequenceCheckITCase {

    private static PostgresServer server;

    @BeforeAll
    static void start() {
        server = PostgresServer.start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void serialIdentityAndPartitionsAreGood() throws SQLException {
        FencedStore identity =
                FencedStore.with(
                        server,
                        "CREATE TABLE events (position bigint GENERATED ALWAYS AS IDENTITY)");
        for (FencedStore store :
                List.of(FencedStore.plain(server), FencedStore.partitioned(server), identity)) {
            assertThat(findings(store))
                    .extracting(Finding::weight)
                    .containsOnly(Finding.Weight.GOOD);
        }
    }

    @Test
    void cacheIsRefusedBecauseItSkips() throws SQLException {
        FencedStore store = FencedStore.plain(server);
        store.run("ALTER SEQUENCE events_position_seq CACHE 10");
        try (Connection cached = store.connect();
                Connection tail = store.connect()) {
            append(cached, ACME);
            store.run(insert(ACME));
            // Nobody holds a position that a reader could see, and yet one below the last comes.
            assertThat(append(cached, ACME)).isLessThan(last(store));
            assertThatThrownBy(() -> new GapFence(tail, MAPPING))
                    .isInstanceOf(MigrationException.class)
                    .hasMessageContaining("CACHE 10")
                    .hasMessageContaining("ALTER SEQUENCE events_position_seq CACHE 1");
        }
    }

    @Test
    void positionsFromElsewhereAreRefused() throws SQLException {
        assertProblem("come from elsewhere", "CREATE TABLE events (position bigint PRIMARY KEY)");
        assertProblem(
                "not plainly from a sequence",
                "CREATE SEQUENCE s",
                "CREATE TABLE events (position bigint DEFAULT nextval('s') * 10)");
        assertProblem("there is no column", "CREATE TABLE events (x bigserial)");
        assertProblem("there is no event table", "CREATE TABLE other (position bigserial)");
    }

    @Test
    void ownedSequenceThatIsNotDrawnFromDoesNotCount() throws SQLException {
        assertProblem(
                "come from elsewhere",
                "CREATE TABLE events (position bigserial)",
                "ALTER TABLE events ALTER COLUMN position DROP DEFAULT");
    }

    @Test
    void secondSequenceOfAPartitionIsRefused() throws SQLException {
        FencedStore store = FencedStore.partitioned(server);
        store.run(
                "CREATE SEQUENCE mine",
                "ALTER TABLE events_rest ALTER COLUMN position SET DEFAULT nextval('mine')");
        assertThat(problems(store)).singleElement().asString().contains("several sequences");
    }

    @Test
    void stepsCyclesAndPositionsBeyondTheSequenceAreRefused() throws SQLException {
        FencedStore store = FencedStore.plain(server);
        store.run("ALTER SEQUENCE events_position_seq INCREMENT 50 CYCLE");
        assertThat(problems(store))
                .hasSize(2)
                .anyMatch(problem -> problem.contains("INCREMENT 50"))
                .anyMatch(problem -> problem.contains("CYCLE"));
        FencedStore beyond = FencedStore.plain(server);
        beyond.run("INSERT INTO events (position) VALUES (7)");
        assertThat(problems(beyond)).singleElement().asString().contains("is 7", "is at 0");
        beyond.run("SELECT setval('events_position_seq', 7)");
        assertThat(problems(beyond)).isEmpty();
    }

    private static long last(FencedStore store) throws SQLException {
        return Long.parseLong(store.query("SELECT max(position) FROM events"));
    }

    private static void assertProblem(String what, String... ddl) throws SQLException {
        assertThat(problems(FencedStore.with(server, ddl)))
                .singleElement()
                .asString()
                .contains(what);
    }

    private static List<String> problems(FencedStore store) throws SQLException {
        return findings(store).stream()
                .filter(Finding::stops)
                .peek(finding -> assertThat(finding.remedy()).isNotBlank())
                .map(Finding::what)
                .toList();
    }

    private static List<Finding> findings(FencedStore store) throws SQLException {
        try (Connection connection = store.connect()) {
            return SequenceCheck.findings(connection, MAPPING);
        }
    }
}
