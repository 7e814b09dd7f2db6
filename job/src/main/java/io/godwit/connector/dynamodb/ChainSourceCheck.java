package io.godwit.connector.dynamodb;

import io.godwit.model.Finding;
import io.godwit.model.MigrationException;
import io.godwit.model.Recoverability;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;
import software.amazon.awssdk.services.dynamodb.model.TableDescription;

/** Looks at the source before a migration: tables, keys and watermarks. Reads only. */
public final class ChainSourceCheck {

    private final ChainstorageDynamoDbSpec spec;
    private final List<Finding> findings = new ArrayList<>();
    private final Map<Integer, Long> heads = new TreeMap<>();

    private ChainSourceCheck(ChainstorageDynamoDbSpec spec) {
        this.spec = spec;
    }

    /**
     * @param heads the head of each event tag that could be read, 0 for no history
     */
    public record Result(List<Finding> findings, Map<Integer, Long> heads) {}

    public static Result check(ChainstorageDynamoDbSpec spec) {
        ChainSourceCheck check = new ChainSourceCheck(spec);
        try (DynamoDbClient client = DynamoDbClients.open(spec)) {
            check.tables(client);
        } catch (SdkException e) {
            check.unreachable(e.getMessage());
        }
        if (check.findings.stream().noneMatch(Finding::stops)) {
            check.heads();
        }
        return new Result(List.copyOf(check.findings), Map.copyOf(check.heads));
    }

    private void unreachable(String message) {
        findings.add(
                Finding.unreachable(
                        "DynamoDB"
                                + (spec.endpoint() == null ? "" : " at " + spec.endpoint())
                                + " in region "
                                + spec.region()
                                + " does not answer: "
                                + message,
                        "check source.endpoint, source.region, the credentials and the network"));
    }

    private void tables(DynamoDbClient client) {
        table(
                client,
                spec.blockTable(),
                Map.of("block_pid", ScalarAttributeType.S, "block_rid", ScalarAttributeType.S));
        if (spec.eventTags().contains(0)) {
            table(client, spec.eventTable(), Map.of("event_id", ScalarAttributeType.N));
        }
        if (spec.eventTags().stream().anyMatch(tag -> tag > 0)) {
            table(client, spec.versionedEventTable(), Map.of("event_id", ScalarAttributeType.S));
        }
    }

    private void table(
            DynamoDbClient client, String name, Map<String, ScalarAttributeType> expected) {
        TableDescription table;
        try {
            table = client.describeTable(r -> r.tableName(name)).table();
        } catch (ResourceNotFoundException e) {
            findings.add(
                    Finding.problem(
                            "DynamoDB table " + name + " does not exist",
                            "correct source.*_table, source.region or the account"));
            return;
        }
        Map<String, ScalarAttributeType> types =
                table.attributeDefinitions().stream()
                        .collect(
                                Collectors.toMap(
                                        AttributeDefinition::attributeName,
                                        AttributeDefinition::attributeType));
        Map<String, ScalarAttributeType> keys =
                table.keySchema().stream()
                        .collect(
                                Collectors.toMap(
                                        k -> k.attributeName(), k -> types.get(k.attributeName())));
        if (!keys.equals(expected)) {
            findings.add(
                    Finding.problem(
                            "DynamoDB table "
                                    + name
                                    + " has the key "
                                    + new TreeMap<>(keys)
                                    + ", expected "
                                    + new TreeMap<>(expected),
                            "name chainstorage's own table; event tag 0 and the versioned event tags"
                                    + " live in different tables"));
            return;
        }
        findings.add(Finding.good("DynamoDB table " + name + ": key " + new TreeMap<>(keys)));
    }

    private void heads() {
        try (DynamoDbChainLog log = new DynamoDbChainLog(spec)) {
            for (int tag : spec.eventTags()) {
                long head = log.head(tag);
                heads.put(tag, head);
                findings.add(
                        head == 0
                                ? Finding.note(
                                        "event tag " + tag + " has no history: nothing to copy yet")
                                : Finding.good("event tag " + tag + ": head " + head));
            }
        } catch (MigrationException e) {
            if (e.recoverability() == Recoverability.TRANSIENT) {
                unreachable(e.getMessage());
            } else {
                findings.add(Finding.problem(e.getMessage(), "correct the watermark item"));
            }
        }
    }
}
