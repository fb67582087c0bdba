/**
 * What OCSF 1.5.0 asks of a Compliance Finding, as far as reports use it, as JSON Schema. Written after the documentation
 * (https://schema.ocsf.io/1.5.0/classes/compliance_finding): no npm package holds the framework's own export. Attributes that are not
 * named here are refused, so that none is made up.
 */
const string = { type: "string" }
const integer = { type: "integer" }
const strings = { type: "array", items: string }

const object = (required: ReadonlyArray<string>, properties: Readonly<Record<string, object>>) => ({
  type: "object",
  additionalProperties: false,
  required,
  properties
})

/** An identifier, and the caption that belongs to it. */
const captions = (id: string, caption: string, known: Readonly<Record<number, string>>) => ({
  oneOf: Object.entries(known).map(([number, text]) => ({
    properties: { [id]: { const: Number(number) }, [caption]: { const: text } }
  }))
})

export const complianceFinding = {
  ...object(
    [
      "activity_id",
      "category_uid",
      "class_uid",
      "cloud",
      "compliance",
      "finding_info",
      "metadata",
      "severity_id",
      "time",
      "type_uid"
    ],
    {
      activity_id: integer,
      activity_name: string,
      category_name: { const: "Findings" },
      category_uid: { const: 2 },
      class_name: { const: "Compliance Finding" },
      class_uid: { const: 2003 },
      cloud: object(["provider"], { provider: string, project_uid: string }),
      comment: string,
      compliance: {
        ...object([], {
          control: string,
          standards: strings,
          status_id: integer,
          status: string,
          status_code: string,
          status_detail: string
        }),
        ...captions("status_id", "status", { 0: "Unknown", 1: "Pass", 2: "Warning", 3: "Fail", 99: "Reported" })
      },
      finding_info: object(["uid"], {
        uid: { type: "string", pattern: "^[0-9a-f]{64}$" },
        title: string,
        desc: string,
        data_sources: strings,
        first_seen_time: integer,
        last_seen_time: integer
      }),
      message: string,
      metadata: object(["product", "version"], {
        version: { const: "1.5.0" },
        product: object([], { name: string, vendor_name: string, version: string }),
        profiles: { const: ["cloud"] },
        correlation_uid: string,
        event_code: string,
        labels: strings
      }),
      remediation: object(["desc"], { desc: string }),
      resources: {
        type: "array",
        items: object([], {
          uid: string,
          name: string,
          type: string,
          owner: object([], { name: string }),
          labels: strings,
          data: { type: "object" }
        })
      },
      severity: string,
      severity_id: integer,
      status: string,
      status_id: integer,
      time: integer,
      type_name: string,
      type_uid: integer,
      unmapped: { type: "object" }
    }
  ),
  allOf: [
    captions("severity_id", "severity", { 1: "Informational", 2: "Low", 3: "Medium", 4: "High", 5: "Critical" }),
    captions("activity_id", "activity_name", { 1: "Create", 2: "Update" }),
    captions("type_uid", "type_name", { 200301: "Compliance Finding: Create", 200302: "Compliance Finding: Update" }),
    {
      oneOf: [
        { not: { required: ["status_id"] } },
        { properties: { status_id: { const: 3 }, status: { const: "Suppressed" } }, required: ["status_id"] }
      ]
    }
  ]
}
