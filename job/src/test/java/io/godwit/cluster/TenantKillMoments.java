package io.godwit.cluster;

import io.godwit.connector.postgres.eventstore.TenantSwitch;
import io.godwit.testkit.StoreVariant;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;

/**
 * Waits for a place in a running cutover, seen from outside of its process: by the audit, the
 * tenant's lock, its route, and the process's own words. Used by one thread.
 */
final class TenantKillMoments implements AutoCloseable {

    /** The places in their order; a cutover that is past one is past those before it. */
    enum Moment {
        READY("the line 'Everything up to position'", 600),
        INITIATED("audit CUTOVER_INITIATED", 250),
        LOCKED("the tenant's lock is held", 4),
        MOVED("the source's route says moved", 15),
        SWITCHED("audit TENANT_SWITCHED", 400),
        STOPPED("audit SAVEPOINT_TAKEN", 150),
        DONE("audit CUTOVER_COMPLETED", 300),
        BACK_ON_FLINK("Flink lists the job of the flow back", 1),
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

    private final TenantClusterMigration migration;
    private final TenantClusterWorld world;
    private final List<String> known;
    private final Connection connection;
    private final TenantSwitch lock = new TenantSwitch(StoreVariant.CURRENT.mapping());
    private final long audited;

    /** Of the next cutover of this migration; audit entries that are there already do not count. */
    TenantKillMoments(TenantClusterMigration migration, TenantClusterWorld world) {
        this.world = world;
        this.known = world.jobIds();
        this.migration = migration;
        try {
            this.connection = migration.source().connect();
            this.audited =
                    number("SELECT coalesce(max(id), 0) FROM godwit.audit WHERE ? <> ''", "-");
        } catch (SQLException e) {
            throw new IllegalStateException("Cannot watch " + migration.name(), e);
        }
    }

    /**
     * Returns at a random time after the moment, or when the process has ended.
     *
     * @return what it waited for, for people
     */
    String await(TenantCommand cutover, Moment moment, Random random) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        try {
            while (cutover.runs() && !reached(cutover, moment)) {
                if (System.nanoTime() > deadline) {
                    throw new IllegalStateException(
                            "No " + moment + " in " + PATIENCE + ":\n" + cutover.output());
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

    private boolean reached(TenantCommand cutover, Moment moment) throws SQLException {
        return switch (moment) {
            case READY -> cutover.output().contains("Everything up to position");
            case INITIATED -> audited("CUTOVER_INITIATED");
            case LOCKED -> lock.isUnderWay(connection, migration.tenant()) || moved();
            case MOVED -> moved();
            case SWITCHED -> audited("TENANT_SWITCHED");
            case STOPPED -> audited("SAVEPOINT_TAKEN");
            case DONE -> audited("CUTOVER_COMPLETED");
            case BACK_ON_FLINK -> !known.containsAll(world.jobIds());
            case BACK_SUBMITTED -> audited("JOB_SUBMITTED");
        };
    }

    private boolean moved() throws SQLException {
        return number(
                        "SELECT count(*) FROM godwit.tenant_route"
                                + " WHERE tenant_id = ? AND state = 'moved'",
                        migration.tenant())
                > 0;
    }

    private boolean audited(String action) throws SQLException {
        return number(
                        "SELECT count(*) FROM godwit.audit WHERE action = ? AND id > " + audited,
                        action)
                > 0;
    }

    private long number(String sql, String argument) throws SQLException {
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
        try {
            connection.close();
        } catch (SQLException e) {
            // The server may have been killed; nothing was open in the session.
        }
    }
}
