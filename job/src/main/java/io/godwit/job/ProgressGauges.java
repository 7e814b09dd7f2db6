package io.godwit.job;

import io.godwit.model.TagProgress;
import java.util.List;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.MetricGroup;

/**
 * A migration's progress as gauges, summed over its logs, as of the last completed checkpoint.
 * Updated by the task's thread, read by the reporters'.
 */
final class ProgressGauges {

    private volatile long appliedThrough;
    private volatile long sourceHead;
    private volatile long lagEvents;
    private volatile long rangesPending;
    private volatile long rangesDone;
    private volatile long behindSinceMillis;

    ProgressGauges(MetricGroup group) {
        group.gauge("appliedThrough", (Gauge<Long>) () -> appliedThrough);
        group.gauge("sourceHead", (Gauge<Long>) () -> sourceHead);
        group.gauge("lagEvents", (Gauge<Long>) () -> lagEvents);
        group.gauge("lagMillis", (Gauge<Long>) this::lagMillis);
        group.gauge("rangesPending", (Gauge<Long>) () -> rangesPending);
        group.gauge("rangesDone", (Gauge<Long>) () -> rangesDone);
        // A chain's head is its watermark item: there is no gap fence to wait for.
        group.gauge("gapFenceWaitMillis", (Gauge<Long>) () -> 0L);
    }

    void update(List<TagProgress> tags) {
        appliedThrough = tags.stream().mapToLong(TagProgress::appliedThrough).sum();
        sourceHead = tags.stream().mapToLong(TagProgress::sourceHead).sum();
        rangesPending = tags.stream().mapToLong(TagProgress::rangesPending).sum();
        rangesDone = tags.stream().mapToLong(TagProgress::rangesDone).sum();
        lagEvents = tags.stream().mapToLong(TagProgress::lag).sum();
        if (lagEvents == 0) {
            behindSinceMillis = 0;
        } else if (behindSinceMillis == 0) {
            behindSinceMillis = System.currentTimeMillis();
        }
    }

    /** For how long the target has been behind the source, in ms; 0 when it is not. */
    private long lagMillis() {
        long since = behindSinceMillis;
        return since == 0 ? 0 : System.currentTimeMillis() - since;
    }
}
