package io.godwit.control.tenant;

import io.godwit.connector.postgres.PostgresErrors;
import io.godwit.model.MigrationException;
import io.godwit.model.Recoverability;
import io.godwit.spec.Positions;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;

/**
 * Switches one tenant from one store to the other, whatever happens in between: takes the next
 * action from {@link SwitchDecider}, does it, and tells the decider how it ended. A crash leaves
 * the routes to say where the tenant is; running it again goes on from there.
 *
 * <p>Used by one thread.
 */
public final class TenantSwitcher {

    private static final int ATTEMPTS = 20;
    private static final Duration LONGEST_LOCK_WAIT = Duration.ofMillis(50);
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int LOSSES = 8;
    private static final int PASSES = 10;
    private static final long EVERYTHING = Long.MAX_VALUE - 2;
    private static final Duration SHORT = Duration.ofMillis(5);

    private final SwitchDirection direction;

    public TenantSwitcher(SwitchDirection direction) {
        this.direction = direction;
    }

    /**
     * @return once the tenant is in the other store
     * @throws MigrationException RECOVERABLE when nothing has changed: appends stayed open, the
     *     routes are not prepared; TRANSIENT when a store does not answer, then the same call again
     *     tells what has happened; FATAL when an event cannot be applied, nothing has changed
     */
    public SwitchReport run(String tenant) {
        try (SwitchSession session = new SwitchSession(direction, tenant);
                Drain drain = openDrain(tenant)) {
            return new Attempts(tenant, session, drain).run();
        }
    }

    /**
     * Only ends what an earlier run has left between its commit point and the opening: a tenant
     * that no store takes cannot be switched the other way either.
     *
     * @return empty when there was nothing to do
     */
    public Optional<SwitchReport> complete(String tenant) {
        try (SwitchSession session = new SwitchSession(direction, tenant)) {
            if (session.observe(PATIENCE) != Whereabouts.BETWEEN) {
                return Optional.empty();
            }
        } catch (SQLException e) {
            throw PostgresErrors.of("Looking where tenant " + tenant + " is", e);
        }
        return Optional.of(run(tenant));
    }

    private Drain openDrain(String tenant) {
        return new Drain(direction.log(List.of(tenant)), direction.into().open());
    }

    /** One run of the command: what it knows and what it has measured. */
    private final class Attempts {

        private final String tenant;
        private final SwitchSession session;
        private final Drain drain;
        private SwitchState state = SwitchState.begin(ATTEMPTS);
        private int asked;
        private int losses;
        private long cursor;
        private long end;
        private long drained;
        private long lockAt;
        private long lockedAt;
        private long committedAt;
        private long openedAt;
        private String heldBy = "";
        private SQLException lost;

        Attempts(String tenant, SwitchSession session, Drain drain) {
            this.tenant = tenant;
            this.session = session;
            this.drain = drain;
        }

        SwitchReport run() {
            while (true) {
                if (state.locked() && System.nanoTime() - lockAt > direction.lease().toNanos()) {
                    state = state.expire();
                }
                SwitchAction action = SwitchDecider.next(state);
                if (action == SwitchAction.DONE) {
                    return report();
                }
                if (action == SwitchAction.GIVE_UP) {
                    throw givenUp();
                }
                try {
                    state = act(action);
                } catch (SQLException e) {
                    lost(action, e);
                } catch (MigrationException e) {
                    session.close();
                    if (e.recoverability() != Recoverability.TRANSIENT) {
                        throw e;
                    }
                    lost(action, new SQLException(e.getMessage(), "08000", e));
                }
            }
        }

        private SwitchState act(SwitchAction action) throws SQLException {
            switch (action) {
                case OBSERVE -> {
                    return state.observed(session.observe(PATIENCE));
                }
                case LOCK -> {
                    return state.after(action, lock());
                }
                case READ_END -> {
                    end = session.readEnd(cursor);
                    return state.ends(end);
                }
                case DRAIN -> drained += drain.apply(cursor, state.end().orElseThrow());
                case MOVE -> session.move(state.end().orElseThrow());
                case COMMIT -> {
                    session.commit();
                    committedAt = System.nanoTime();
                }
                case ROLLBACK -> session.rollback();
                case OPEN -> {
                    session.open();
                    openedAt = System.nanoTime();
                }
                case DONE, GIVE_UP -> throw new IllegalStateException("No action: " + action);
            }
            return state.after(action, SwitchOutcome.DONE);
        }

        private SwitchOutcome lock() throws SQLException {
            if (asked > 0) {
                pause();
            }
            asked++;
            drain.keepTheTailOut();
            drainAhead();
            session.rehearse(cursor);
            drained = 0;
            lockAt = System.nanoTime();
            Duration half = direction.lease().dividedBy(2);
            SwitchOutcome outcome =
                    session.lock(half.compareTo(LONGEST_LOCK_WAIT) < 0 ? half : LONGEST_LOCK_WAIT);
            lockedAt = System.nanoTime();
            if (outcome == SwitchOutcome.HELD) {
                heldBy = session.openAppends();
            }
            return outcome;
        }

        /** Until a pass is so short that little can have come during it. */
        private void drainAhead() throws SQLException {
            for (int pass = 0; pass < PASSES; pass++) {
                long begin = System.nanoTime();
                cursor = session.cursor();
                long through = direction.positions() == Positions.KEEP ? EVERYTHING : drain.head();
                long count = drain.apply(cursor, through);
                if (count == 0 || System.nanoTime() - begin < SHORT.toNanos()) {
                    return;
                }
            }
        }

        /** Lets the writers and the tail through that this attempt has held up. */
        private void pause() {
            drain.letTheTailIn();
            LockSupport.parkNanos(
                    Duration.ofMillis(ThreadLocalRandom.current().nextLong(50, 150)).toNanos());
        }

        private void lost(SwitchAction action, SQLException e) {
            session.close();
            if (!PostgresErrors.isTransient(e) && !PostgresErrors.isConflict(e)) {
                throw PostgresErrors.of("The switch of tenant " + tenant + " (" + action + ")", e);
            }
            if (++losses > LOSSES) {
                throw MigrationException.transientFailure(
                        tenant,
                        "The switch of tenant "
                                + tenant
                                + " stopped at "
                                + action
                                + ": "
                                + e.getMessage()
                                + ". Run the command again: it looks where the tenant is, and goes"
                                + " on from there",
                        e);
            }
            lost = e;
            pause();
            state = state.after(action, SwitchOutcome.LOST);
        }

        private MigrationException givenUp() {
            if (state.where() == Whereabouts.ASTRAY) {
                return MigrationException.refused(
                        tenant,
                        "The routes of tenant "
                                + tenant
                                + " do not allow a switch: "
                                + session.routes());
            }
            return MigrationException.refused(
                    tenant,
                    "Tenant "
                            + tenant
                            + " was not switched in "
                            + asked
                            + " attempts; nothing has changed. "
                            + (lost == null
                                    ? "Appends stayed open for longer than "
                                            + LONGEST_LOCK_WAIT.toMillis()
                                            + " ms: "
                                            + (heldBy.isEmpty() ? "they have ended" : heldBy)
                                            + ". End them, or try at a quieter time"
                                    : "The last one ended with: " + lost.getMessage()));
        }

        private SwitchReport report() {
            return new SwitchReport(
                    tenant,
                    session.epoch(),
                    end,
                    drained,
                    asked,
                    between(lockAt, lockedAt),
                    between(lockAt, committedAt),
                    between(committedAt, openedAt));
        }

        private Duration between(long begin, long until) {
            return committedAt == 0 ? Duration.ZERO : Duration.ofNanos(until - begin);
        }
    }
}
