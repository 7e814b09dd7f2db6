package io.godwit.connector.dynamodb;

import io.godwit.model.MigrationException;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;

/**
 * Which of the SDK's errors are worth another attempt: throttling, errors of the service itself
 * (5xx), and a service that cannot be reached. The rest would fail again.
 */
final class DynamoDbErrors {

    private DynamoDbErrors() {}

    static boolean isTransient(Throwable failure) {
        if (failure instanceof AwsServiceException service) {
            return service.isThrottlingException()
                    || service.statusCode() >= 500
                    || service.isRetryableException();
        }
        return failure instanceof SdkClientException;
    }

    static MigrationException of(String table, SdkException failure) {
        if (isTransient(failure)) {
            return MigrationException.transientFailure(
                    table,
                    "DynamoDB table "
                            + table
                            + " does not answer: "
                            + failure.getMessage()
                            + ". Check the endpoint, the region and the table's capacity",
                    failure);
        }
        if (failure instanceof ResourceNotFoundException) {
            return MigrationException.fatal(
                    table,
                    "DynamoDB table "
                            + table
                            + " does not exist in this region and account; check source.*_table");
        }
        return MigrationException.fatal(
                table, "DynamoDB refused to read table " + table + ": " + failure.getMessage());
    }
}
