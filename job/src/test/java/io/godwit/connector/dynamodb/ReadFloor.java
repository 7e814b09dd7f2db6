package io.godwit.connector.dynamodb;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * What the source gives to a bare loop: the reads of a copy (events by key, then their blocks by
 * key), with the same client, the same calls and as many readers, and nothing done with what is
 * read.
 */
public final class ReadFloor {

    private ReadFloor() {}

    /** Events per second over sequences 1 to {@code head}, in ranges of {@code batch}. */
    public static double measure(
            ChainstorageDynamoDbSpec spec, long head, int readers, int batch, int page)
            throws Exception {
        AtomicLong next = new AtomicLong(1);
        ExecutorService threads = Executors.newFixedThreadPool(readers);
        long start = System.nanoTime();
        try {
            List<Future<?>> loops = new ArrayList<>();
            for (int i = 0; i < readers; i++) {
                loops.add(threads.submit(() -> loop(spec, next, head, batch, page)));
            }
            for (Future<?> loop : loops) {
                loop.get();
            }
        } finally {
            threads.shutdownNow();
        }
        return head / ((System.nanoTime() - start) / 1e9);
    }

    private static void loop(
            ChainstorageDynamoDbSpec spec, AtomicLong next, long head, int batch, int page) {
        try (DynamoDbClient client = DynamoDbClients.open(spec);
                BulkReader reader = new BulkReader(client)) {
            for (long from = next.getAndAdd(batch); from <= head; from = next.getAndAdd(batch)) {
                long until = Math.min(head + 1, from + batch);
                for (long at = from; at < until; at += page) {
                    readPage(spec, reader, at, Math.min(until, at + page));
                }
            }
        }
    }

    private static void readPage(
            ChainstorageDynamoDbSpec spec, BulkReader reader, long from, long until) {
        List<Map<String, AttributeValue>> keys = new ArrayList<>();
        for (long sequence = from; sequence < until; sequence++) {
            keys.add(ChainKeys.event(0, sequence));
        }
        List<Map<String, AttributeValue>> blocks =
                reader.get(spec.eventTable(), keys).stream()
                        .map(
                                event ->
                                        new ChainKeys.BlockKey(
                                                1,
                                                Long.parseLong(event.get("height").n()),
                                                event.get("hash").s()))
                        .distinct()
                        .map(ChainKeys::block)
                        .toList();
        int read = reader.get(spec.blockTable(), blocks).size();
        if (read != blocks.size()) {
            throw new IllegalStateException("Read " + read + " of " + blocks.size() + " blocks");
        }
    }
}
