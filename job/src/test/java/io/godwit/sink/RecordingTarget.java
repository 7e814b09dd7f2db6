package io.godwit.sink;

import io.godwit.model.ApplyResult;
import io.godwit.port.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Remembers the batches it was given and answers as a test says. */
final class RecordingTarget<E> implements Target<E> {

    final List<List<E>> batches = new ArrayList<>();
    Function<List<E>, ApplyResult> answer = batch -> new ApplyResult(batch.size(), 0, 0);
    boolean closed;

    @Override
    public ApplyResult apply(List<E> batch) {
        batches.add(batch);
        return answer.apply(batch);
    }

    @Override
    public void close() {
        closed = true;
    }
}
