package io.godwit.connector.postgres.eventstore.companion;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

/**
 * A position as eventsource-py stores it: {@code {"s":"<store id>","k":[<position>]}}. Consumers
 * compare it as a string, so {@link #encode} writes the bytes that Python's json.dumps with {@code
 * ensure_ascii=True} and {@code separators=(",", ":")} writes.
 *
 * @param storeId null for a bare number, which is a position of before 0.8
 */
public record PositionToken(String storeId, long position) {

    private static final ObjectMapper JSON =
            new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    /** Reads what {@link #encode} writes, spaced in any way, and bare numbers. */
    public static PositionToken parse(String text) {
        if (text.matches("[0-9]+")) {
            try {
                return new PositionToken(null, Long.parseLong(text));
            } catch (NumberFormatException e) {
                throw unreadable(text, e);
            }
        }
        JsonNode token;
        try {
            token = JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw unreadable(text, e);
        }
        JsonNode storeId = token.path("s");
        JsonNode key = token.path("k");
        if (!storeId.isTextual()
                || !key.isArray()
                || key.size() != 1
                || !key.get(0).canConvertToLong()
                || !key.get(0).isIntegralNumber()) {
            throw unreadable(text, null);
        }
        return new PositionToken(storeId.textValue(), key.get(0).longValue());
    }

    private static IllegalArgumentException unreadable(String text, Exception cause) {
        return new IllegalArgumentException(
                "'"
                        + text
                        + "' is no position of an event store in PostgreSQL; one looks like"
                        + " {\"s\":\"<store id>\",\"k\":[<integer>]}, or is a bare integer",
                cause);
    }

    /** It does not say which store it is of. */
    public boolean legacy() {
        return storeId == null;
    }

    public String encode() {
        if (legacy()) {
            return Long.toString(position);
        }
        StringBuilder text = new StringBuilder("{\"s\":\"");
        storeId.chars().forEach(c -> escape(text, (char) c));
        return text.append("\",\"k\":[").append(position).append("]}").toString();
    }

    /** UTF-16 units one by one: Python, too, writes a surrogate pair as two escapes. */
    private static void escape(StringBuilder text, char c) {
        switch (c) {
            case '"' -> text.append("\\\"");
            case '\\' -> text.append("\\\\");
            case '\n' -> text.append("\\n");
            case '\r' -> text.append("\\r");
            case '\t' -> text.append("\\t");
            case '\f' -> text.append("\\f");
            case '\b' -> text.append("\\b");
            default -> {
                if (c >= ' ' && c <= '~') {
                    text.append(c);
                } else {
                    text.append(String.format("\\u%04x", (int) c));
                }
            }
        }
    }
}
