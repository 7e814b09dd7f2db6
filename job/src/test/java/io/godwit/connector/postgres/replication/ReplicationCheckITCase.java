package io.godwit.connector.postgres.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.godwit.model.Finding;
import io.godwit.spec.Secret;
import io.godwit.testkit.PostgresDatabase;
import io.godwit.testkit.PostgresServer;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a plan says of a source that {@code tail: logical} is to follow. */
final class ReplicationCheckITCase {

    private static final String PLAIN = "plain_writer";

    private static List<Finding> findings(Connection connection, String table) throws SQLException {
        return ReplicationCheck.findings(connection, "m", table, "source");
    }

    private static void run(Connection connection, String... statements) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    @Test
    void aServerWithoutLogicalDecodingIsAProblemWithARemedy() throws Exception {
        try (PostgresServer server = PostgresServer.start(Map.of("wal_level", "replica"))) {
            try (Connection connection = server.newDatabase().connect()) {
                run(connection, "CREATE TABLE notes (id bigint)");
                assertThat(findings(connection, "notes"))
                        .singleElement()
                        .satisfies(
                                f -> {
                                    assertThat(f.stops()).isTrue();
                                    assertThat(f.what()).contains("wal_level is replica");
                                    assertThat(f.remedy())
                                            .contains("ALTER SYSTEM SET wal_level = logical")
                                            .contains("tail: poll");
                                });
            }
        }
    }

    @Test
    void aRoleWithoutRightsAndAServerWithoutPlacesAreProblems() throws Exception {
        try (PostgresServer server =
                PostgresServer.start(
                        Map.of(
                                "wal_level", "logical",
                                "max_replication_slots", "1",
                                "max_wal_senders", "1"))) {
            PostgresDatabase database = server.newDatabase();
            try (Connection admin = database.connect()) {
                run(
                        admin,
                        "CREATE TABLE notes (id bigint)",
                        "CREATE UNLOGGED TABLE scratch (id bigint)",
                        "CREATE ROLE " + PLAIN + " LOGIN PASSWORD 'x'",
                        "GRANT SELECT, INSERT ON notes TO " + PLAIN);
                assertThat(findings(admin, "notes")).isEmpty();
                assertThat(findings(admin, "scratch"))
                        .singleElement()
                        .satisfies(f -> assertThat(f.what()).contains("inserts into scratch"));
                try (Connection plain = DriverManager.getConnection(database.url(), PLAIN, "x")) {
                    assertThat(findings(plain, "notes"))
                            .hasSize(2)
                            .allMatch(Finding::stops)
                            .anyMatch(
                                    f -> f.remedy().contains("ALTER ROLE plain_writer REPLICATION"))
                            .anyMatch(f -> f.remedy().contains("CREATE PUBLICATION godwit_m_"));
                }
                ReplicationFeed other = new ReplicationFeed(admin, "other", "notes");
                other.ensure(Duration.ofSeconds(20));
                assertThat(findings(admin, "notes"))
                        .singleElement()
                        .satisfies(f -> assertThat(f.what()).contains("every replication slot"));
                assertThat(ReplicationCheck.findings(admin, "other", "notes", "source"))
                        .as("its own slot is in nobody's way")
                        .singleElement()
                        .satisfies(
                                f -> {
                                    assertThat(f.stops()).isFalse();
                                    assertThat(f.what()).contains("is read by nobody and keeps ");
                                });
                try (LogicalStream stream =
                        other.open(
                                new ServerAddress(
                                        database.url(),
                                        database.user(),
                                        new Secret(database.password()),
                                        "other"))) {
                    assertThat(stream.receivedThrough()).isNotNegative();
                    assertThat(findings(admin, "notes"))
                            .anyMatch(f -> f.what().contains("every wal sender"));
                    assertThat(ReplicationCheck.findings(admin, "other", "notes", "source"))
                            .singleElement()
                            .satisfies(f -> assertThat(f.weight()).isEqualTo(Finding.Weight.GOOD));
                }
                other.drop();
            }
        }
    }
}
