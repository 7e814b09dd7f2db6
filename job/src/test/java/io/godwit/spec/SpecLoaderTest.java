package io.godwit.spec;

import static io.godwit.spec.SpecFixture.LEAST;
import static io.godwit.spec.SpecFixture.leastWith;
import static io.godwit.spec.SpecFixture.load;
import static io.godwit.spec.SpecFixture.refusal;
import static io.godwit.spec.SpecFixture.refusalOfLeastWith;
import static org.assertj.core.api.Assertions.assertThat;

import io.godwit.connector.dynamodb.ChainstorageDynamoDbSpec;
import io.godwit.connector.postgres.ChainstoragePostgresSpec;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SpecLoaderTest {

    @Test
    void everyKeyOfAChainSpecIsRead() {
        MigrationSpec spec =
                load(
                        """
                        name: bitcoin-mainnet            # unique
                        kind: chain
                        source:
                          type: chainstorage-dynamodb
                          region: us-east-1
                          endpoint: http://127.0.0.1:8000
                          access_key_id: ${AWS_ACCESS_KEY_ID}
                          secret_access_key: ${AWS_SECRET_ACCESS_KEY}
                          block_table: example_chainstorage_blocks_bitcoin_mainnet
                          event_table: example_chainstorage_block_events_bitcoin_mainnet
                          versioned_event_table: example_chainstorage_versioned_block_events_bitcoin_mainnet
                          event_tags: [0, 2]
                          block_start_height: 7
                        target:
                          type: chainstorage-postgres
                          url: jdbc:postgresql://${TARGET_HOST}:5432/chainstorage_bitcoin_mainnet
                          user: chainstorage
                          password: ${GODWIT_TARGET_PASSWORD}
                          create_schema: true
                        ledger: { url: "jdbc:postgresql://127.0.0.1:5432/ledger", user: godwit, password: "${GODWIT_TARGET_PASSWORD}" }
                        batch_size: 1000
                        checkpoint_size: 20000
                        checkpoint_interval: 500ms
                        parallelism: 4
                        backoff_interval: 2s
                        max_bulk_copy_rate: 30000
                        continuous: false
                        poll_interval: 1m
                        start_event_sequence: 5
                        end_event_sequence: 900
                        """);
        Secret target = new Secret("secret-of-the-target");
        assertThat(spec)
                .isEqualTo(
                        new MigrationSpec(
                                "bitcoin-mainnet",
                                Kind.CHAIN,
                                new ChainstorageDynamoDbSpec(
                                        "us-east-1",
                                        "http://127.0.0.1:8000",
                                        "AKIA-EXAMPLE",
                                        new Secret("secret-of-the-source"),
                                        "example_chainstorage_blocks_bitcoin_mainnet",
                                        "example_chainstorage_block_events_bitcoin_mainnet",
                                        "example_chainstorage_versioned_block_events_bitcoin_mainnet",
                                        List.of(0, 2),
                                        7L),
                                new ChainstoragePostgresSpec(
                                        "jdbc:postgresql://db.example.org:5432/chainstorage_bitcoin_mainnet",
                                        "chainstorage",
                                        target,
                                        true),
                                new LedgerSpec(
                                        "jdbc:postgresql://127.0.0.1:5432/ledger",
                                        "godwit",
                                        target),
                                1000,
                                20_000L,
                                Duration.ofMillis(500),
                                4,
                                Duration.ofSeconds(2),
                                30_000L,
                                false,
                                Duration.ofMinutes(1),
                                5L,
                                new EndSequence(900),
                                null));
    }

    @Test
    void whatIsLeftOutHasItsDocumentedDefault() {
        MigrationSpec spec = load(LEAST);
        assertThat(spec.batchSize()).isEqualTo(5000);
        assertThat(spec.checkpointSize()).isEqualTo(50_000);
        assertThat(spec.checkpointInterval()).isEqualTo(Duration.ofSeconds(10));
        assertThat(spec.parallelism()).isEqualTo(8);
        assertThat(spec.backoffInterval()).isZero();
        assertThat(spec.maxBulkCopyRate()).isZero();
        assertThat(spec.continuous()).isTrue();
        assertThat(spec.pollInterval()).isEqualTo(Duration.ofSeconds(1));
        assertThat(spec.startEventSequence()).isNull();
        assertThat(spec.end()).isEqualTo(Long.MAX_VALUE);
        assertThat(spec.ledger()).isEqualTo(spec.target().defaultLedger());
        assertThat(spec.jobName()).isEqualTo("godwit: bitcoin-mainnet");
        ChainstorageDynamoDbSpec source = (ChainstorageDynamoDbSpec) spec.source();
        assertThat(source.eventTags()).containsExactly(0);
        assertThat(source.blockStartHeight()).isZero();
        assertThat(((ChainstoragePostgresSpec) spec.target()).createSchema()).isFalse();
    }

    @Test
    void unknownKeyIsRefusedWithFileKeyAndWhatIsAllowed() {
        assertThat(refusalOfLeastWith("batchsize: 5\n"))
                .contains("bitcoin.yaml", "'batchsize'", "batch_size", "checkpoint_size");
        assertThat(refusal(LEAST.replace("  region:", "  endpiont: x\n  region:")))
                .contains("source.endpiont", "unknown key 'endpiont'", "endpoint", "block_table");
        assertThat(refusalOfLeastWith("tenants: []\n")).contains("unknown key 'tenants'");
    }

    @Test
    void lineIsThatOfTheKeyOrNotGiven() {
        String lines = "batchsize: 5\nparallelism: 2\ncontinuous: false\n";
        assertThat(refusalOfLeastWith(lines)).doesNotContain("line 12", "line 13", "line 14");
        assertThat(refusalOfLeastWith("batch_size: many\nparallelism: 2\n")).contains("line 11");
    }

    @Test
    void keyGivenTwiceIsRefused() {
        assertThat(refusalOfLeastWith("batch_size: 5\nbatch_size: 6\n"))
                .containsIgnoringCase("duplicate")
                .contains("batch_size", "line 12");
    }

    @ParameterizedTest
    @CsvSource({
        "batch_size, many",
        "batch_size, 1.5",
        "batch_size, [1]",
        "batch_size, true",
        "batch_size, 99999999999",
        "parallelism, '{}'",
        "continuous, perhaps",
        "checkpoint_interval, 10",
        "checkpoint_interval, soon",
        "checkpoint_interval, '[10s]'",
        "start_event_sequence, first",
        "end_event_sequence, '[1]'",
        "source, nothing",
        "target, '[]'",
        "ledger, 5",
    })
    void wrongTypeIsRefusedWithItsKey(String key, String value) {
        String yaml = LEAST.replaceAll("(?m)^" + key + ":.*\n(  .*\n)*", "");
        assertThat(refusal(yaml + key + ": " + value + "\n")).contains(key);
    }

    @ParameterizedTest
    @CsvSource({"batch_size, ''", "kind, 0", "continuous, 1"})
    void valueOfAnotherTypeIsNotBentIntoShape(String key, String value) {
        String yaml = LEAST.replaceAll("(?m)^" + key + ":.*\n", "");
        assertThat(refusal(yaml + key + ": " + (value.isEmpty() ? "\"\"" : value) + "\n"))
                .contains(key);
    }

    @Test
    void unknownKindIsRefusedWithTheKnownOnes() {
        assertThat(refusal(LEAST.replace("kind: chain", "kind: table")))
                .contains("'kind'", "'table'", "chain");
    }

    @Test
    void unknownConnectorTypeIsRefusedWithTheKnownOnes() {
        assertThat(refusal(LEAST.replace("chainstorage-dynamodb", "mongo")))
                .contains("source", "'mongo'", "chainstorage-dynamodb", "chainstorage-postgres");
        assertThat(refusal(LEAST.replace("type: chainstorage-dynamodb", "endpoint: x")))
                .contains("source", "type", "chainstorage-dynamodb");
    }

    @Test
    void targetIsNoSource() {
        assertThat(refusal(LEAST.replace("chainstorage-dynamodb", "chainstorage-postgres")))
                .contains("source");
    }

    @ParameterizedTest
    @CsvSource({
        "name: bitcoin-mainnet, name is missing",
        "kind: chain, kind is missing",
        "'  region: us-east-1', source.region is missing",
        "'  block_table: blocks', source.block_table is missing",
        "'  event_table: events', source.event_table",
        "'  url: jdbc:postgresql://127.0.0.1:5432/chainstorage', target.url is missing",
    })
    void whatIsRequiredIsNamedWhenItIsMissing(String line, String message) {
        assertThat(refusal(LEAST.replace(line + "\n", ""))).contains(message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n", "# nothing\n", "null\n", "just text\n", "- a list\n"})
    void fileWithoutASpecIsRefused(String yaml) {
        assertThat(refusal(yaml)).startsWith("bitcoin.yaml");
    }

    @Test
    void secondDocumentIsNotSilentlyLeftOut() {
        assertThat(refusalOfLeastWith("---\nname: another\n")).startsWith("bitcoin.yaml");
    }

    @ParameterizedTest
    @CsvSource({"500ms, 500", "10s, 10000", "1m, 60000", "2h, 7200000", "0s, 0", "3 s, 3000"})
    void durationsAreWrittenAsPeopleWriteThem(String text, long millis) {
        assertThat(leastWith("backoff_interval: " + text + "\n").backoffInterval())
                .isEqualTo(Duration.ofMillis(millis));
    }

    @ParameterizedTest
    @CsvSource({
        "name: a/b, name is 'a/b'",
        "batch_size: 0, batch_size is 0",
        "batch_size: 1000001, batch_size is 1000001",
        "checkpoint_size: 0, checkpoint_size is 0",
        "checkpoint_interval: 0s, checkpoint_interval",
        "parallelism: 0, parallelism is 0",
        "max_bulk_copy_rate: -1, max_bulk_copy_rate is -1",
        "poll_interval: 0ms, poll_interval",
        "start_event_sequence: 0, sequences start at 1",
    })
    void valueOutOfBoundsIsRefusedWithKeyAndBound(String line, String message) {
        String yaml = line.startsWith("name") ? LEAST.replaceAll("name:.*\n", "") : LEAST;
        assertThat(refusal(yaml + line + "\n")).contains(message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"checkpoint_interval: 9ms\n", "parallelism: 129\n"})
    void whatFlinkWouldRefuseLaterIsRefusedHere(String line) {
        assertThat(refusalOfLeastWith(line)).contains(line.split(":")[0]);
    }

    @Test
    void endIsInclusiveOrLatest() {
        assertThat(leastWith("continuous: false\nend_event_sequence: 7\n").end()).isEqualTo(7);
        assertThat(leastWith("continuous: false\nend_event_sequence: latest\n").end())
                .isEqualTo(Long.MAX_VALUE);
        assertThat(leastWith("end_event_sequence: latest\n").continuous()).isTrue();
        assertThat(
                        leastWith(
                                        "continuous: false\n"
                                                + "start_event_sequence: 7\n"
                                                + "end_event_sequence: 7\n")
                                .end())
                .isEqualTo(7);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "end_event_sequence: 7 | set continuous: false",
                "continuous: false; start_event_sequence: 8; end_event_sequence: 7 | before start_event_sequence 8",
                "continuous: false; end_event_sequence: 0 | before start_event_sequence 1",
                "continuous: false; end_event_sequence: -3 | a sequence (inclusive) or latest",
                "continuous: false; end_event_sequence: newest | a sequence (inclusive) or latest",
            })
    void endThatCannotBeReachedIsRefused(String lines, String message) {
        assertThat(refusalOfLeastWith(lines.replace("; ", "\n") + "\n")).contains(message);
    }
}
