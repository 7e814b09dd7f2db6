package io.godwit.connector.dynamodb;

import java.net.URI;
import java.time.Duration;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.http.apache.ApacheHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.DynamoDbClientBuilder;

/** Opens DynamoDB clients. A client is safe for use by many threads. */
public final class DynamoDbClients {

    private DynamoDbClients() {}

    public static DynamoDbClient open(ChainstorageDynamoDbSpec spec) {
        DynamoDbClientBuilder builder =
                DynamoDbClient.builder()
                        .region(Region.of(spec.region()))
                        .httpClientBuilder(
                                ApacheHttpClient.builder()
                                        .maxConnections(64)
                                        .connectionTimeout(Duration.ofSeconds(5))
                                        .socketTimeout(Duration.ofSeconds(30)))
                        .overrideConfiguration(
                                c ->
                                        c.retryStrategy(
                                                AwsRetryStrategy.standardRetryStrategy().toBuilder()
                                                        .maxAttempts(4)
                                                        .build()));
        if (spec.endpoint() != null) {
            builder.endpointOverride(URI.create(spec.endpoint()));
        }
        if (spec.accessKeyId() != null) {
            builder.credentialsProvider(
                    StaticCredentialsProvider.create(
                            AwsBasicCredentials.create(
                                    spec.accessKeyId(), spec.secretAccessKey().reveal())));
        }
        return builder.build();
    }
}
