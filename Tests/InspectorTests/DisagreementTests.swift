import PageCache
import RangedMmap
import Testing

@testable import Inspector

@Suite("Why library and kernel differ")
struct DisagreementTests {
  typealias Case = (Disagreement, String?)
  static let cases: [Case] = [
    (
      Disagreement(state: .written, cache: [.cached, .dirty], alike: 512, written: 1),
      "1 page was written here and 512 are dirty"
    ),
    (Disagreement(state: .written, cache: [.cached, .dirty], alike: 3, written: 3), nil),
    (Disagreement(state: .written, cache: .cached), "clean in the page cache is not durable"),
    (Disagreement(state: .written, cache: .cached, isResidencyOnly: true), nil),
    (Disagreement(state: .free, cache: .cached, isResidencyOnly: true, kind: .hole), nil),
    (Disagreement(state: .free, cache: .cached, isResidencyOnly: true, kind: .hole, isWritable: false), nil),
    (Disagreement(state: .lost, cache: .cached, isResidencyOnly: true), nil),
    (Disagreement(state: .written, cache: [], isResidencyOnly: true), "evicted"),
    (Disagreement(state: .flushing, cache: .cached), "clean in the page cache is not durable"),
    (Disagreement(state: .flushing, cache: [.cached, .writeback]), nil),
    (Disagreement(state: .flushing, cache: [.cached, .dirty], written: 1), "flush was started"),
    (Disagreement(state: .written, cache: []), "evicted"),
    (Disagreement(state: .flushed, cache: .cached), nil),
    (Disagreement(state: .flushed, cache: []), nil),
    (Disagreement(state: .flushed, cache: [.cached, .dirty]), "durable, and dirty since"),
    (Disagreement(state: .flushed, cache: [.cached, .writeback], alike: 9, written: 1), "shares its folio"),
    (Disagreement(state: .free, cache: .cached, kind: .hole), "resident though nothing is stored there"),
    (Disagreement(state: .free, cache: .cached, kind: .written), "resident though never allocated: read ahead"),
    (
      Disagreement(state: .allocated, cache: [.cached, .dirty], alike: 512, written: 1),
      "shares a large folio with one of the 1 page"
    ),
    (Disagreement(state: .free, cache: [.cached, .dirty]), "another program wrote it"),
    (Disagreement(state: .free, cache: []), nil),
    (Disagreement(state: .lost, cache: .cached), "a failed writeback leaves a page clean"),
    (Disagreement(state: .lost, cache: [.cached, .dirty]), "it is unknown what the disk has"),
    (Disagreement(state: .written, cache: .cached, memory: "tmpfs"), "tmpfs: nothing to flush to"),
    (Disagreement(state: .free, cache: [.cached, .dirty], isWritable: false), "another program wrote it"),
    (Disagreement(state: .free, cache: .cached, kind: .written, isWritable: false), nil),
    (Disagreement(state: .free, cache: .cached, kind: .hole, isWritable: false), "though a hole"),
    (
      Disagreement(state: .written, cache: .cached, isServed: true),
      "given to the daemon that serves the file; not durable"
    ),
    (Disagreement(state: .flushed, cache: .cached, isServed: true), nil),
    (
      Disagreement(state: .free, cache: .cached, kind: .data, isWritable: false, isServed: true),
      "may have written it nowhere yet"
    ),
    (Disagreement(state: .free, cache: .cached, kind: .hole, isWritable: false, isServed: true), "though a hole"),
    (
      Disagreement(state: .free, cache: [.cached, .dirty], isWritable: false, isServed: true),
      "another program wrote it"
    ),
  ]

  @Test("Each difference has its sentence, and agreement has none", arguments: cases)
  func sentences(_ entry: Case) {
    if let expected = entry.1 {
      #expect(entry.0.sentence?.contains(expected) == true, "\(entry.0)")
    } else {
      #expect(entry.0.sentence == nil, "\(entry.0)")
    }
  }
}
