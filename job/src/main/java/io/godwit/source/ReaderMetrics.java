package io.godwit.source;

import io.godwit.model.TagProgress;
import java.util.List;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.MetricGroup;

/**
 * The migration's progress as gauges on the source operator, where the web UI shows them. Summed
 * over the logs of the migration, as of the last completed checkpoint.
 */
final class ReaderMetrics {

    private volatile long appliedThrough;
    private volatile long sourceHead;
    private volatile long lagEvents;
    private volatile long rangesPending;
    private volatile long rangesDone;
    private volatile long behindSinceMillis;

    ReaderMetrics(MetricGroup group) {
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
        long lag = tags.stream().mapToLong(TagProgress::lag).sum();
        if (lag == 0) {
            behindSinceMillis = 0;
        } else if (lagEvents == 0 || behindSinceMillis == 0) {
            behindSinceMillis = System.currentTimeMillis();
        }
        lagEvents = lag;
    }

    /** For how long the target has been behind the source, in ms; 0 when it is not. */
    private long lagMillis() {
        long since = behindSinceMillis;
        return since == 0 ? 0 : System.currentTimeMillis() - since;
    }
}
