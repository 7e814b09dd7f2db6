package io.godwit.job;

import io.godwit.model.ApplyResult;
import io.godwit.model.MigrationException;
import io.godwit.port.Target;
import java.util.List;

/** A target whose last error is recorded in the ledger before the job stops with it. */
record RecordingTarget<E>(Target<E> target, Run run) implements Target<E> {

    @Override
    public ApplyResult apply(List<E> batch) {
        try {
            return target.apply(batch);
        } catch (MigrationException e) {
            Failures.record(run, e);
            throw e;
        }
    }

    @Override
    public void close() {
        target.close();
    }
}
