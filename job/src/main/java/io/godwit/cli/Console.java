package io.godwit.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.godwit.model.Finding;
import java.io.PrintStream;
import java.util.List;

/** What people and machines read: one line per step, or one JSON object. */
final class Console {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final PrintStream out;

    Console(PrintStream out) {
        this.out = out;
    }

    void line(String text) {
        out.println(text);
        out.flush();
    }

    /** A value of a JSON object. */
    static JsonNode tree(Object value) {
        return JSON.valueToTree(value);
    }

    void json(JsonNode object) {
        try {
            line(JSON.writeValueAsString(object));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Not printable: " + object, e);
        }
    }

    void findings(List<Finding> findings) {
        for (Finding finding : findings) {
            String mark =
                    switch (finding.weight()) {
                        case GOOD -> "  ok       ";
                        case NOTE -> "  note     ";
                        case PROBLEM, UNREACHABLE -> "  PROBLEM  ";
                    };
            line(mark + finding.what());
            if (!finding.remedy().isEmpty()) {
                line("           remedy: " + finding.remedy());
            }
        }
    }
}
