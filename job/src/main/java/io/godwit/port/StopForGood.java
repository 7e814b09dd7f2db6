package io.godwit.port;

import io.godwit.model.MigrationException;
import io.godwit.model.Recoverability;
import org.apache.flink.runtime.execution.SuppressRestartsException;

/**
 * Turns our errors into what Flink's restart strategy should see: TRANSIENT ones restart the job
 * from its last checkpoint; the others would only fail again, so the job ends FAILED.
 */
public final class StopForGood {

    private StopForGood() {}

    public static RuntimeException orRetry(MigrationException error) {
        return error.recoverability() == Recoverability.TRANSIENT
                ? error
                : new SuppressRestartsException(error);
    }
}
