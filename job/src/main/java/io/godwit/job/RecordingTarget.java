package io.godwit.job;

import io.godwit.model.ApplyResult;
import io.godwit.model.MigrationException;
import io.godwit.port.FailureLog;
import io.godwit.port.Target;
import java.util.List;

/** A target whose last error is recorded before the job stops with it. */
record RecordingTarget<E>(Target<E> target, FailureLog failures) implements Target<E> {

    @Override
    public ApplyResult apply(List<E> batch) {
        try {
            return target.apply(batch);
        } catch (MigrationException e) {
            failures.record(e);
            throw e;
        }
    }

    @Override
    public void close() {
        target.close();
    }
}
