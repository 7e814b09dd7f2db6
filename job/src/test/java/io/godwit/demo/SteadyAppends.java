package io.godwit.demo;

import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;

/**
 * A thread of an application that appends one event after the other, until it is stopped or an
 * append fails. What was acknowledged is kept, and how long an append took.
 */
final class SteadyAppends implements AutoCloseable {

    private static final long PAUSE_MILLIS = 5;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final String name;
    private final Appender appender;
    private final Queue<UUID> acknowledged = new ConcurrentLinkedQueue<>();
    private final AtomicLong count = new AtomicLong();
    private final AtomicLong longestNanos = new AtomicLong();
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor();
    private volatile Exception failure;

    /** How one event comes into a store: it is there when this returns. */
    interface Appender {
        void append(UUID event) throws Exception;
    }

    SteadyAppends(String name, Appender appender) {
        this.name = name;
        this.appender = appender;
        thread.scheduleWithFixedDelay(this::append, 0, PAUSE_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void append() {
        UUID event = UUID.randomUUID();
        long begin = System.nanoTime();
        try {
            appender.append(event);
            acknowledged.add(event);
            count.incrementAndGet();
        } catch (Exception e) {
            failure = e;
            thread.shutdown();
        }
        longestNanos.accumulateAndGet(System.nanoTime() - begin, Math::max);
    }

    long count() {
        return count.get();
    }

    List<UUID> acknowledged() {
        return List.copyOf(acknowledged);
    }

    /** The longest append since the last call. */
    Duration longest() {
        return Duration.ofNanos(longestNanos.getAndSet(0));
    }

    /** Waits until so many more are acknowledged. */
    void awaitMore(long events) {
        long until = count() + events;
        Awaitility.await("appends of " + name)
                .atMost(PATIENCE)
                .until(() -> count() >= until || failure != null);
        requireNoFailure();
    }

    /** Waits for the failure that must come. */
    Exception awaitFailure() {
        Awaitility.await("the refusal of " + name).atMost(PATIENCE).until(() -> failure != null);
        close();
        return failure;
    }

    /** Ends it when what it has begun is acknowledged. */
    void stop() {
        close();
        requireNoFailure();
    }

    private void requireNoFailure() {
        if (failure != null) {
            throw new IllegalStateException("An append of " + name + " failed", failure);
        }
    }

    @Override
    public void close() {
        thread.shutdown();
        try {
            if (!thread.awaitTermination(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                throw new IllegalStateException(name + " did not stop within " + PATIENCE);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while " + name + " stopped", e);
        }
    }
}
