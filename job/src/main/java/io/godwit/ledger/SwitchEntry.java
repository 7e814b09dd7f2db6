package io.godwit.ledger;

/**
 * One switch of a tenant, as its coordinator measured it.
 *
 * @param lastPosition of the store that was left
 * @param pauseMillis from asking for the lock to the answer to COMMIT
 * @param lockMillis of that, until the open appends had ended
 * @param openedMillis after it, until the other store took appends
 * @param drained events applied in the pause
 */
public record SwitchEntry(
        String tenant,
        String toStore,
        long epoch,
        long lastPosition,
        double pauseMillis,
        double lockMillis,
        double openedMillis,
        long drained,
        int attempts) {}
