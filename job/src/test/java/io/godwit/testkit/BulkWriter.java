package io.godwit.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.PutRequest;
import software.amazon.awssdk.services.dynamodb.model.WriteRequest;

/** Puts many items of different keys, 25 at a time from 4 threads, until all are stored. */
final class BulkWriter {

    private static final int BATCH = 25;
    private static final int THREADS = 4;

    private final DynamoDbClient client;

    BulkWriter(DynamoDbClient client) {
        this.client = client;
    }

    void write(String table, List<Map<String, AttributeValue>> items) {
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            List<Future<?>> batches = new ArrayList<>();
            for (int from = 0; from < items.size(); from += BATCH) {
                List<WriteRequest> batch =
                        items.subList(from, Math.min(from + BATCH, items.size())).stream()
                                .map(item -> PutRequest.builder().item(item).build())
                                .map(put -> WriteRequest.builder().putRequest(put).build())
                                .toList();
                batches.add(threads.submit(() -> writeBatch(table, batch)));
            }
            for (Future<?> batch : batches) {
                batch.get();
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException("Cannot fill table " + table, e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while filling table " + table, e);
        } finally {
            threads.shutdownNow();
        }
    }

    private void writeBatch(String table, List<WriteRequest> batch) {
        Map<String, List<WriteRequest>> left = Map.of(table, batch);
        while (!left.isEmpty()) {
            Map<String, List<WriteRequest>> now = left;
            left = client.batchWriteItem(request -> request.requestItems(now)).unprocessedItems();
        }
    }
}
