package io.godwit.testkit;

import io.godwit.connector.postgres.eventstore.EventTableLog;
import io.godwit.connector.postgres.eventstore.PostgresEventStoreSpec;
import io.godwit.connector.postgres.eventstore.StoredEvent;
import io.godwit.model.SequenceRange;
import io.godwit.port.Target;
import io.godwit.port.TargetFactory;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** What a job's tail does, in one thread of this process: follows the proved head and applies. */
public final class TenantTail implements AutoCloseable {

    private static final int PAGE = 2000;

    private final ExecutorService thread = Executors.newSingleThreadExecutor();
    private final Future<?> running;
    private volatile boolean stopped;

    /**
     * @param start the first position to apply
     */
    public TenantTail(
            PostgresEventStoreSpec from,
            List<String> tenants,
            TargetFactory<StoredEvent> into,
            long start,
            String migration) {
        this.running = thread.submit(() -> follow(from, tenants, into, start, migration));
    }

    private void follow(
            PostgresEventStoreSpec from,
            List<String> tenants,
            TargetFactory<StoredEvent> into,
            long start,
            String migration) {
        try (EventTableLog log = new EventTableLog(from, tenants, migration);
                Target<StoredEvent> target = into.open()) {
            long next = start;
            while (!stopped) {
                long head = log.head(0);
                if (head < next) {
                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
                    continue;
                }
                List<StoredEvent> page = log.read(0, new SequenceRange(next, head + 1), PAGE, true);
                target.apply(page);
                next = page.get(page.size() - 1).sequence() + 1;
            }
        }
    }

    /** Ends it after what it is doing. */
    @Override
    public void close() throws Exception {
        stopped = true;
        thread.shutdown();
        running.get(60, TimeUnit.SECONDS);
    }
}
