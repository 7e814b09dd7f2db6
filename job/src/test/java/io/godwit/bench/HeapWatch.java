package io.godwit.bench;

import com.sun.management.GarbageCollectionNotificationInfo;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.util.concurrent.atomic.AtomicLong;
import javax.management.NotificationEmitter;
import javax.management.openmbean.CompositeData;

/**
 * The most heap that was in use right after a garbage collection: what was live, and not what
 * happened to lie around.
 */
final class HeapWatch {

    private final AtomicLong peakBytes = new AtomicLong();

    HeapWatch() {
        for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
            ((NotificationEmitter) collector)
                    .addNotificationListener(
                            (notification, handback) -> {
                                var info =
                                        GarbageCollectionNotificationInfo.from(
                                                (CompositeData) notification.getUserData());
                                long used =
                                        info.getGcInfo().getMemoryUsageAfterGc().entrySet().stream()
                                                .filter(pool -> isHeap(pool.getKey()))
                                                .mapToLong(pool -> pool.getValue().getUsed())
                                                .sum();
                                peakBytes.accumulateAndGet(used, Math::max);
                            },
                            null,
                            null);
        }
    }

    private static boolean isHeap(String pool) {
        return pool.contains("Eden")
                || pool.contains("Survivor")
                || pool.contains("Old")
                || pool.contains("Tenured");
    }

    void reset() {
        peakBytes.set(0);
    }

    long peakMiB() {
        return peakBytes.get() >> 20;
    }
}
