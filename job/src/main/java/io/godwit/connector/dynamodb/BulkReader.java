package io.godwit.connector.dynamodb;

import dev.failsafe.Failsafe;
import dev.failsafe.FailsafeException;
import dev.failsafe.RetryPolicy;
import io.godwit.model.MigrationException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BatchGetItemResponse;
import software.amazon.awssdk.services.dynamodb.model.GetItemRequest;
import software.amazon.awssdk.services.dynamodb.model.KeysAndAttributes;

/**
 * Reads items by key with strongly consistent BatchGetItem, 100 keys a call, a few calls at once.
 * Keys that DynamoDB leaves unprocessed and calls that it throttles are asked for again, with
 * backoff; a call either yields every item that exists or fails.
 */
public final class BulkReader implements AutoCloseable {

    private static final int KEYS_PER_CALL = 100;
    private static final int CALLS_AT_ONCE = 5;

    private static final RetryPolicy<Boolean> UNTIL_PROCESSED =
            RetryPolicy.<Boolean>builder()
                    .handleResult(false)
                    .handleIf(DynamoDbErrors::isTransient)
                    .withBackoff(Duration.ofMillis(50), Duration.ofSeconds(5))
                    .withJitter(0.25)
                    .withMaxAttempts(12)
                    .build();

    private final DynamoDbClient client;
    private final ExecutorService calls;

    public BulkReader(DynamoDbClient client) {
        this.client = client;
        this.calls =
                Executors.newFixedThreadPool(
                        CALLS_AT_ONCE,
                        task -> {
                            Thread thread = new Thread(task, "godwit-dynamodb-read");
                            thread.setDaemon(true);
                            return thread;
                        });
    }

    /** The items with these keys, in no order; keys without an item are simply absent. */
    public List<Map<String, AttributeValue>> get(
            String table, List<Map<String, AttributeValue>> keys) {
        List<Future<List<Map<String, AttributeValue>>>> parts = new ArrayList<>();
        for (int from = 0; from < keys.size(); from += KEYS_PER_CALL) {
            List<Map<String, AttributeValue>> part =
                    keys.subList(from, Math.min(keys.size(), from + KEYS_PER_CALL));
            parts.add(calls.submit(() -> getPart(table, part)));
        }
        List<Map<String, AttributeValue>> items = new ArrayList<>(keys.size());
        try {
            for (Future<List<Map<String, AttributeValue>>> part : parts) {
                items.addAll(part.get());
            }
        } catch (ExecutionException e) {
            throw failure(table, e.getCause());
        } catch (InterruptedException e) {
            parts.forEach(part -> part.cancel(true));
            Thread.currentThread().interrupt();
            throw MigrationException.transientFailure(
                    table, "Interrupted while reading " + table, e);
        }
        return items;
    }

    /** One item by key, strongly consistent; null when there is none. */
    public Map<String, AttributeValue> getOne(String table, Map<String, AttributeValue> key) {
        List<Map<String, AttributeValue>> found = new ArrayList<>(1);
        retrying(
                table,
                () -> {
                    var response =
                            client.getItem(
                                    GetItemRequest.builder()
                                            .tableName(table)
                                            .key(key)
                                            .consistentRead(true)
                                            .build());
                    if (response.hasItem() && !response.item().isEmpty()) {
                        found.add(response.item());
                    }
                    return true;
                });
        return found.isEmpty() ? null : found.get(0);
    }

    private List<Map<String, AttributeValue>> getPart(
            String table, List<Map<String, AttributeValue>> keys) {
        List<Map<String, AttributeValue>> items = new ArrayList<>(keys.size());
        List<Map<String, AttributeValue>> left = new ArrayList<>(keys);
        retrying(
                table,
                () -> {
                    KeysAndAttributes wanted =
                            KeysAndAttributes.builder().keys(left).consistentRead(true).build();
                    BatchGetItemResponse response =
                            client.batchGetItem(r -> r.requestItems(Map.of(table, wanted)));
                    items.addAll(response.responses().getOrDefault(table, List.of()));
                    left.clear();
                    KeysAndAttributes unprocessed = response.unprocessedKeys().get(table);
                    if (unprocessed != null) {
                        left.addAll(unprocessed.keys());
                    }
                    return left.isEmpty();
                });
        return items;
    }

    private static void retrying(
            String table, dev.failsafe.function.CheckedSupplier<Boolean> call) {
        boolean processed;
        try {
            processed = Failsafe.with(UNTIL_PROCESSED).get(call);
        } catch (SdkException e) {
            throw DynamoDbErrors.of(table, e);
        } catch (FailsafeException e) {
            throw failure(table, e.getCause());
        }
        if (!processed) {
            throw MigrationException.transientFailure(
                    table,
                    "DynamoDB left keys of table "
                            + table
                            + " unprocessed after "
                            + UNTIL_PROCESSED.getConfig().getMaxAttempts()
                            + " attempts; raise its read capacity or lower parallelism",
                    null);
        }
    }

    private static RuntimeException failure(String table, Throwable cause) {
        if (cause instanceof MigrationException known) {
            return known;
        }
        if (cause instanceof SdkException sdk) {
            return DynamoDbErrors.of(table, sdk);
        }
        return new IllegalStateException("Reading DynamoDB table " + table + " failed", cause);
    }

    /** The client stays open: it belongs to whoever opened it. */
    @Override
    public void close() {
        calls.shutdownNow();
    }
}
