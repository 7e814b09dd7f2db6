package io.godwit.connector.dynamodb;

import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BatchGetItemRequest;
import software.amazon.awssdk.services.dynamodb.model.BatchGetItemResponse;
import software.amazon.awssdk.services.dynamodb.model.GetItemRequest;
import software.amazon.awssdk.services.dynamodb.model.GetItemResponse;
import software.amazon.awssdk.services.dynamodb.model.InternalServerErrorException;
import software.amazon.awssdk.services.dynamodb.model.KeysAndAttributes;
import software.amazon.awssdk.services.dynamodb.model.ProvisionedThroughputExceededException;

/**
 * A real DynamoDB that, by chance, throttles, fails, breaks connections and leaves keys
 * unprocessed. Thread-safe. Closing it leaves the client behind it open.
 */
final class FlakyDynamoDb implements DynamoDbClient {

    private final DynamoDbClient real;
    private final Random random;
    private final AtomicInteger faults = new AtomicInteger();

    FlakyDynamoDb(DynamoDbClient real, long seed) {
        this.real = real;
        this.random = new Random(seed);
    }

    int faults() {
        return faults.get();
    }

    @Override
    public GetItemResponse getItem(GetItemRequest request) {
        failByChance();
        return real.getItem(request);
    }

    @Override
    public BatchGetItemResponse batchGetItem(BatchGetItemRequest request) {
        failByChance();
        String table = request.requestItems().keySet().iterator().next();
        KeysAndAttributes wanted = request.requestItems().get(table);
        List<Map<String, AttributeValue>> keys = wanted.keys();
        int answered = random.nextInt(2) == 0 ? keys.size() : random.nextInt(keys.size() + 1);
        if (answered == keys.size()) {
            return real.batchGetItem(request);
        }
        faults.incrementAndGet();
        KeysAndAttributes left =
                wanted.toBuilder().keys(keys.subList(answered, keys.size())).build();
        BatchGetItemResponse.Builder response = BatchGetItemResponse.builder();
        if (answered > 0) {
            KeysAndAttributes now = wanted.toBuilder().keys(keys.subList(0, answered)).build();
            response =
                    real
                            .batchGetItem(
                                    request.toBuilder().requestItems(Map.of(table, now)).build())
                            .toBuilder();
        } else {
            response.responses(Map.of());
        }
        return response.unprocessedKeys(Map.of(table, left)).build();
    }

    private void failByChance() {
        int dice = random.nextInt(10);
        if (dice > 2) {
            return;
        }
        faults.incrementAndGet();
        throw switch (dice) {
            case 0 ->
                    ProvisionedThroughputExceededException.builder()
                            .awsErrorDetails(
                                    AwsErrorDetails.builder()
                                            .errorCode("ProvisionedThroughputExceededException")
                                            .build())
                            .statusCode(400)
                            .message("throttled")
                            .build();
            case 1 ->
                    InternalServerErrorException.builder().statusCode(500).message("down").build();
            default -> SdkClientException.create("connection reset");
        };
    }

    @Override
    public String serviceName() {
        return real.serviceName();
    }

    @Override
    public void close() {
        // Whoever opened the real client closes it.
    }
}
