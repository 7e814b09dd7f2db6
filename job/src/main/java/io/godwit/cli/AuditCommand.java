package io.godwit.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.godwit.ledger.AuditEntry;
import io.godwit.ledger.Ledger;
import io.godwit.ledger.MigrationRow;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** Lists what happened to a migration. */
@Command(name = "audit", description = "List what happened to a migration.")
final class AuditCommand implements Callable<Integer> {

    @ParentCommand private Godwit godwit;

    @Parameters(paramLabel = "NAME", description = "The migration.")
    private String name;

    @Mixin private LedgerOption ledgerOption;

    @Option(names = "--json", description = "One JSON object.")
    private boolean json;

    @Override
    public Integer call() throws Exception {
        try (Ledger ledger = LedgerOption.open(ledgerOption.database())) {
            MigrationRow row = LedgerOption.find(ledger, name);
            List<AuditEntry> entries = ledger.auditOf(row.id());
            if (json) {
                ObjectNode object = JsonNodeFactory.instance.objectNode().put("name", name);
                ArrayNode array = object.putArray("audit");
                entries.forEach(
                        e ->
                                array.addObject()
                                        .put("at", e.at().toString())
                                        .put("action", e.action())
                                        .put("actor", e.actor())
                                        .put("detail", e.detail()));
                godwit.console().json(object);
            } else {
                entries.forEach(
                        e ->
                                godwit.console()
                                        .line(
                                                e.at()
                                                        + "  "
                                                        + e.action()
                                                        + "  by "
                                                        + e.actor()
                                                        + ": "
                                                        + e.detail()));
            }
            return ExitCode.DONE;
        }
    }
}
