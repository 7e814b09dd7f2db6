package io.godwit.port;

import io.godwit.model.MigrationException;
import java.io.Serializable;

/** Where an operator finds, after the job, why it stopped. */
public interface FailureLog extends Serializable {

    /** For runs that are no migration: their caller is told by the failure itself. */
    FailureLog NONE = reason -> {};

    /** Records it before the job stops with it; one that is TRANSIENT is none of its business. */
    void record(MigrationException reason);
}
