package io.godwit.connector.dynamodb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.godwit.model.MigrationException;
import io.godwit.model.Recoverability;
import io.godwit.testkit.ChainHistory;
import io.godwit.testkit.ChainModel;
import io.godwit.testkit.ChainStores;
import io.godwit.testkit.CopyHarness;
import io.godwit.testkit.CopyPlan;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.BatchGetItemRequest;
import software.amazon.awssdk.services.dynamodb.model.BatchGetItemResponse;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbException;
import software.amazon.awssdk.services.dynamodb.model.GetItemRequest;
import software.amazon.awssdk.services.dynamodb.model.GetItemResponse;

/** Case 33: an item that could not be read is never taken for one that is not there. */
final class FlakyReadsITCase {

    private static final long SEED = Long.getLong("godwit.seed", 33);

    @RegisterExtension static final ChainStores STORES = new ChainStores();

    @Test
    @DisplayName("case 33: throttled, failed and unprocessed reads are repeated until all is read")
    void throttledAndUnprocessedReadsAreRepeated() {
        ChainHistory history = ChainHistory.startingAt(0, 1, 0).blocks(250).reorg(40).blocks(100);
        CopyHarness copy = STORES.copyOf(history);
        FlakyDynamoDb flaky = new FlakyDynamoDb(STORES.client(), SEED);
        copy.reading(() -> new DynamoDbChainLog(copy.source(), flaky));
        copy.copy(CopyPlan.whole().ranges(130));
        copy.publish();
        assertThat(flaky.faults()).as("seed %s", SEED).isGreaterThan(5);
        assertThat(copy.rows()).as("seed %s", SEED).isEqualTo(ChainModel.of(history));
    }

    @Test
    @DisplayName("case 33: a refused read is neither repeated nor taken for a missing item")
    void aRefusedReadIsNotTakenForAMissingItem() {
        CopyHarness copy = STORES.copyOf(ChainHistory.startingAt(0, 1, 0).blocks(3));
        copy.reading(() -> new DynamoDbChainLog(copy.source(), new Refusing()));
        MigrationException error =
                catchThrowableOfType(
                        MigrationException.class, () -> copy.copy(0, 1, 4, CopyPlan.whole()));
        assertThat(error.recoverability()).isEqualTo(Recoverability.FATAL);
        assertThat(error).hasMessageContaining("refused").hasMessageContaining("not authorised");
        assertThat(copy.rows().events()).isEmpty();
    }

    private static final class Refusing implements DynamoDbClient {

        @Override
        public GetItemResponse getItem(GetItemRequest request) {
            throw refusal();
        }

        @Override
        public BatchGetItemResponse batchGetItem(BatchGetItemRequest request) {
            throw refusal();
        }

        private static RuntimeException refusal() {
            return DynamoDbException.builder().statusCode(400).message("not authorised").build();
        }

        @Override
        public String serviceName() {
            return "dynamodb";
        }

        @Override
        public void close() {}
    }
}
