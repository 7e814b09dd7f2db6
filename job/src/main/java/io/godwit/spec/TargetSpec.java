package io.godwit.spec;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.io.Serializable;

/** The {@code target:} of a spec. An open set: {@code type} names a connector's record. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
public interface TargetSpec extends Serializable {

    /** Where the ledger is when the spec does not say; null when the target cannot hold one. */
    LedgerSpec defaultLedger();
}
