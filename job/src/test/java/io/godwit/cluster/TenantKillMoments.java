package io.godwit.cluster;

import io.godwit.connector.postgres.eventstore.TenantSwitch;
import io.godwit.testkit.PostgresDatabase;
import io.godwit.testkit.StoreVariant;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;

/**
 * Waits for a place in a running cutover or rollback, seen from outside of its process: by the
 * audit, the tenant's lock, its route, and the process's own words. Used by one thread.
 */
final class TenantKillMoments implements AutoCloseable {

    /** A command that switches the tenant, and what its audit calls its steps. */
    enum Way {
        CUTOVER("CUTOVER_INITIATED", "TENANT_SWITCHED", "CUTOVER_COMPLETED"),
        ROLLBACK("ROLLBACK_INITIATED", "TENANT_SWITCHED_BACK", "FORWARD_FLOW_STARTED");

        private final String initiated;
        private final String switched;
        private final String done;

        Way(String initiated, String switched, String done) {
            this.initiated = initiated;
            this.switched = switched;
            this.done = done;
        }

        String command() {
            return name().toLowerCase(Locale.ROOT);
        }

        private PostgresDatabase left(TenantClusterMigration migration) {
            return this == CUTOVER ? migration.source() : migration.target();
        }
    }

    /**
     * The places in the order of a cutover, which is past those before one that it is past. A
     * rollback is STOPPED before it is READY, and DONE after all others.
     */
    enum Moment {
        READY("the line 'Everything up to position'", 600),
        INITIATED("the audit of the intent", 250),
        LOCKED("the tenant's lock is held", 4),
        MOVED("the route says moved", 15),
        SWITCHED("the audit of the switch", 400),
        STOPPED("audit SAVEPOINT_TAKEN", 150),
        DONE("the audit of the end", 300),
        BACK_ON_FLINK("Flink lists the next job", 1),
        BACK_SUBMITTED("audit JOB_SUBMITTED", 100);

        private final String words;
        private final int mostMillisAfter;

        Moment(String words, int mostMillisAfter) {
            this.words = words;
            this.mostMillisAfter = mostMillisAfter;
        }
    }

    private static final Duration LOOK_AGAIN = Duration.ofNanos(500_000);
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Way way;
    private final TenantClusterMigration migration;
    private final TenantClusterWorld world;
    private final List<String> known;
    private final Connection ledger;
    private final Connection left;
    private final TenantSwitch lock = new TenantSwitch(StoreVariant.CURRENT.mapping());
    private final long audited;

    /** Of the next such command; audit entries that are there already do not count. */
    TenantKillMoments(Way way, TenantClusterMigration migration, TenantClusterWorld world) {
        this.way = way;
        this.world = world;
        this.known = world.jobIds();
        this.migration = migration;
        try {
            this.ledger = migration.source().connect();
            this.left = way.left(migration).connect();
            this.audited =
                    number(
                            ledger,
                            "SELECT coalesce(max(id), 0) FROM godwit.audit WHERE ? <> ''",
                            "-");
        } catch (SQLException e) {
            throw new IllegalStateException("Cannot watch " + migration.name(), e);
        }
    }

    /**
     * Returns at a random time after the moment, or when the process has ended.
     *
     * @return what it waited for, for people
     */
    String await(TenantCommand command, Moment moment, Random random) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        try {
            while (command.runs() && !reached(command, moment)) {
                if (System.nanoTime() > deadline) {
                    throw new IllegalStateException(
                            "No " + moment + " in " + PATIENCE + ":\n" + command.output());
                }
                LockSupport.parkNanos(LOOK_AGAIN.toNanos());
            }
        } catch (SQLException e) {
            throw new IllegalStateException("Cannot look for " + moment, e);
        }
        long micros = random.nextInt(moment.mostMillisAfter * 1000);
        LockSupport.parkNanos(Duration.ofNanos(micros * 1000).toNanos());
        return moment.words + " + " + micros / 1000.0 + " ms";
    }

    private boolean reached(TenantCommand command, Moment moment) throws SQLException {
        return switch (moment) {
            case READY -> command.output().contains("Everything up to position");
            case INITIATED -> audited(way.initiated);
            case LOCKED -> lock.isUnderWay(left, migration.tenant()) || moved();
            case MOVED -> moved();
            case SWITCHED -> audited(way.switched);
            case STOPPED -> audited("SAVEPOINT_TAKEN");
            case DONE -> audited(way.done);
            case BACK_ON_FLINK -> !known.containsAll(world.jobIds());
            case BACK_SUBMITTED -> audited("JOB_SUBMITTED");
        };
    }

    private boolean moved() throws SQLException {
        return number(
                        left,
                        "SELECT count(*) FROM godwit.tenant_route"
                                + " WHERE tenant_id = ? AND state = 'moved'",
                        migration.tenant())
                > 0;
    }

    private boolean audited(String action) throws SQLException {
        return number(
                        ledger,
                        "SELECT count(*) FROM godwit.audit WHERE action = ? AND id > " + audited,
                        action)
                > 0;
    }

    private static long number(Connection connection, String sql, String argument)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, argument);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        }
    }

    @Override
    public void close() {
        for (Connection connection : List.of(ledger, left)) {
            try {
                connection.close();
            } catch (SQLException e) {
                // The server may have been killed; nothing was open in the session.
            }
        }
    }
}
