package io.godwit.connector.postgres.replication;

import io.godwit.model.Finding;

/**
 * A replication slot as the server shows it.
 *
 * @param name of the slot
 * @param activePid the session that reads from it; 0 for none
 * @param usable false once the server has removed write-ahead log that it would need
 * @param keptBytes of write-ahead log that the server keeps for it
 * @param walStatus reserved, extended, unreserved or lost
 */
public record SlotState(
        String name, int activePid, boolean usable, long keptBytes, String walStatus) {

    private static final long MEGABYTE = 1L << 20;

    public boolean active() {
        return activePid != 0;
    }

    /** A line of a plan or a status. */
    public Finding finding() {
        String what =
                "replication slot "
                        + name
                        + (active() ? " is read by pid " + activePid : " is read by nobody")
                        + " and keeps "
                        + keptBytes / MEGABYTE
                        + " MB of the source's write-ahead log ("
                        + walStatus
                        + ")";
        return active() && usable
                ? Finding.good(what)
                : new Finding(
                        Finding.Weight.NOTE,
                        what,
                        usable
                                ? "'godwit resume' goes on with it, 'godwit abort' drops it"
                                : "the next start makes it anew and reads what it missed from the"
                                        + " table");
    }
}
