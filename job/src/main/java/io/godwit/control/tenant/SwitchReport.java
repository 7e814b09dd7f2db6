package io.godwit.control.tenant;

import io.godwit.ledger.SwitchEntry;
import java.time.Duration;

/**
 * What a switch was, as the coordinator measured it.
 *
 * @param epoch number of the decision
 * @param end the tenant's last position in the store that was left
 * @param drained events that were applied while the writers waited
 * @param attempts how often the lock was asked for; 0 when the switch was done before
 * @param lockWait until the open appends had ended; new ones waited already
 * @param pause from asking for the lock to the answer to COMMIT
 * @param opened from then until the other store took appends
 */
public record SwitchReport(
        String tenant,
        long epoch,
        long end,
        long drained,
        int attempts,
        Duration lockWait,
        Duration pause,
        Duration opened) {

    /**
     * For the ledger.
     *
     * @param toStore where the tenant is now
     */
    SwitchEntry entry(String toStore) {
        return new SwitchEntry(
                tenant,
                toStore,
                epoch,
                end,
                pause.toNanos() / 1e6,
                lockWait.toNanos() / 1e6,
                opened.toNanos() / 1e6,
                drained,
                attempts);
    }

    /** For people and for the audit. */
    @Override
    public String toString() {
        if (attempts == 0) {
            return "tenant " + tenant + " has moved already (epoch " + epoch + ")";
        }
        return "tenant "
                + tenant
                + ": pause "
                + millis(pause)
                + " ms (lock "
                + millis(lockWait)
                + "), opened after "
                + millis(opened)
                + " ms more, last position "
                + end
                + ", "
                + drained
                + " events applied in the pause, attempt "
                + attempts
                + ", epoch "
                + epoch;
    }

    private static String millis(Duration duration) {
        return String.format(java.util.Locale.ROOT, "%.1f", duration.toNanos() / 1e6);
    }
}
