package io.godwit.sink;

import io.godwit.model.ApplyResult;

/**
 * What one writer has applied since it was opened, as of a checkpoint.
 *
 * @param writer a random id of that writer's life
 */
public record AppliedCounts(String writer, long written, long alreadyEqual, long deadLettered) {

    static AppliedCounts of(String writer, ApplyResult total) {
        return new AppliedCounts(
                writer, total.written(), total.alreadyEqual(), total.deadLettered());
    }
}
