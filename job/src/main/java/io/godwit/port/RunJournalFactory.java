package io.godwit.port;

import java.io.Serializable;

/** Opens a {@link RunJournal} where it is used. */
public interface RunJournalFactory extends Serializable {
    RunJournal open();
}
