import RangedMmap

/// The rule that a refusal follows, and whose it is: the kernel's can't be changed, the others were chosen.
package struct Rule: Sendable, CustomStringConvertible {
  package let description: String

  package static func ofLibrary(_ rule: String) -> Rule { Rule(description: "this library's rule: \(rule)") }
  package static func ofKernel(_ rule: String) -> Rule { Rule(description: "the kernel's rule: \(rule)") }
  package static func ofProgram(_ rule: String) -> Rule { Rule(description: "this program's rule: \(rule)") }
}

extension Rule {
  package static let consent = ofProgram("a file that exists is changed only with consent")
  package static let noDevice = ofProgram("a block device is only looked at; nothing writes it here")
  static let replacement = ofProgram("a file that exists is replaced only with consent")
  static let oneStep = ofProgram("one long step at a time")
  static let oneWriter = ofLibrary("one mapping at a time writes a file")
  static let punched = ofLibrary("pages are punched by the range that has them, all of it at once")
  static let lost = ofLibrary("lost pages stay lost until they are written again")
  package static let noRanges = ofLibrary("only a file that is open for writing has ranges")

  /// Why a range of a stage is not fit for a step, and what makes it so.
  init(for verb: String, at stage: RangeSummary.Stage) {
    self =
      switch (verb, stage) {
      case ("write", _): .ofLibrary("written pages are written again only after `reuse`")
      case ("split", _): .ofLibrary("a range is split before it is written; `reuse` makes it writable again")
      case ("verify", _): .ofProgram("a range is compared with what was written to it; `write` it first")
      case ("reuse", _): .ofLibrary("only written pages are taken back; `write` can have this range as it is")
      case (_, .durable): .ofLibrary("durable pages are done with until `reuse` and `write`")
      default: .ofLibrary("only written pages can be made durable; `write` it first")
      }
  }

  init?(_ code: MmapFileError.Code) {
    switch code {
    case .alreadyExists: self = .replacement
    case .readOnly: self = .consent
    case .emptyFile: self = .ofKernel("a file of no bytes can't be mapped")
    case .locked: self = .oneWriter
    case .truncated: self = .ofKernel("a page behind the end of its file can't be reached")
    case .deleted: self = .ofLibrary("what no name leads to can't be made durable")
    case .lost: self = .lost
    default: return nil
    }
  }
}
