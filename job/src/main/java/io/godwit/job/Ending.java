package io.godwit.job;

import java.sql.SQLException;

/** What an aborted migration leaves behind in its stores, and how it is taken away. */
public interface Ending {

    /**
     * Makes sure that the migration cannot get past the point where an abort would lose something;
     * before its phase becomes ABORTED. Can be repeated.
     *
     * @throws io.godwit.model.MigrationException RECOVERABLE when it has got there already
     */
    void decide() throws SQLException;

    /**
     * Takes away the rest, once no job of the migration runs. Can be repeated.
     *
     * @return whether there was anything
     */
    boolean release() throws SQLException;

    /** For a migration that leaves nothing in anybody's way. */
    Ending NOTHING =
            new Ending() {
                @Override
                public void decide() {}

                @Override
                public boolean release() {
                    return false;
                }
            };
}
