package io.godwit.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.godwit.ledger.Ledger;
import io.godwit.ledger.MigrationRow;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** Lists the ledger's migrations, ended ones too. */
@Command(name = "list", description = "List the ledger's migrations, ended ones too.")
final class ListCommand implements Callable<Integer> {

    @ParentCommand private Godwit godwit;

    @Mixin private LedgerOption ledgerOption;

    @Option(names = "--json", description = "One JSON object.")
    private boolean json;

    @Override
    public Integer call() throws Exception {
        try (Ledger ledger = LedgerOption.open(ledgerOption.database())) {
            List<MigrationRow> rows = ledger.list();
            if (json) {
                ObjectNode object = JsonNodeFactory.instance.objectNode();
                ArrayNode array = object.putArray("migrations");
                rows.forEach(
                        r ->
                                array.addObject()
                                        .put("name", r.name())
                                        .put("kind", r.kind())
                                        .put("phase", r.phase().name())
                                        .put("created_at", r.createdAt().toString())
                                        .put("updated_at", r.updatedAt().toString()));
                godwit.console().json(object);
            } else {
                rows.forEach(
                        r ->
                                godwit.console()
                                        .line(
                                                r.createdAt()
                                                        + "  "
                                                        + r.name()
                                                        + "  "
                                                        + r.kind()
                                                        + "  "
                                                        + r.phase()));
            }
            return ExitCode.DONE;
        }
    }
}
