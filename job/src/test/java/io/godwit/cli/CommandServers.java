package io.godwit.cli;

import io.godwit.testkit.ChainHistory;
import io.godwit.testkit.ChainTables;
import io.godwit.testkit.DynamoDbLocalServer;
import io.godwit.testkit.PostgresServer;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** The two servers of a class of chain migrations, and fresh tables in both for each of them. */
final class CommandServers implements BeforeAllCallback, AfterAllCallback {

    private DynamoDbLocalServer dynamo;
    private PostgresServer postgres;
    private int prefixes;

    @Override
    public void beforeAll(ExtensionContext context) {
        dynamo = DynamoDbLocalServer.start();
        postgres = PostgresServer.start();
    }

    @Override
    public void afterAll(ExtensionContext context) {
        dynamo.close();
        postgres.close();
    }

    /**
     * @param folder for the spec and the job's state
     */
    CommandRun command(Path folder) {
        ChainTables tables = ChainTables.create(dynamo.client(), "cli" + ++prefixes);
        return new CommandRun(folder, dynamo.endpoint(), tables, postgres.newDatabase());
    }

    /** With a reorg in it. */
    static ChainHistory history() {
        return ChainHistory.startingAt(0, 1, 100).blocks(40).reorg(3).blocks(30);
    }
}
