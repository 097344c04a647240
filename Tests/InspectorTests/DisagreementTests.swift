import PageCache
import RangedMmap
import Testing

@testable import Inspector

@Suite("Why library and kernel differ")
struct DisagreementTests {
  typealias Case = (Disagreement, String?)
  static let cases: [Case] = [
    (Disagreement(.written, [.cached, .dirty], alike: 512, written: 1), "1 page was written here and 512 are dirty"),
    (Disagreement(.written, [.cached, .dirty], alike: 3, written: 3), nil),
    (Disagreement(.written, .cached), "clean in the page cache is not durable"),
    (Disagreement(.written, .cached, isResidencyOnly: true), nil),
    (Disagreement(.free, .cached, isResidencyOnly: true, kind: .hole), nil),
    (Disagreement(.free, .cached, isResidencyOnly: true, kind: .hole, isWritable: false), nil),
    (Disagreement(.lost, .cached, isResidencyOnly: true), nil),
    (Disagreement(.written, [], isResidencyOnly: true), "evicted"),
    (Disagreement(.flushing, .cached), "clean in the page cache is not durable"),
    (Disagreement(.flushing, [.cached, .writeback]), nil),
    (Disagreement(.flushing, [.cached, .dirty], written: 1), "flush was started"),
    (Disagreement(.written, []), "evicted"),
    (Disagreement(.flushed, .cached), nil),
    (Disagreement(.flushed, []), nil),
    (Disagreement(.flushed, [.cached, .dirty]), "durable, and dirty since"),
    (Disagreement(.flushed, [.cached, .writeback], alike: 9, written: 1), "shares its folio"),
    (Disagreement(.free, .cached, kind: .hole), "resident though never written"),
    (Disagreement(.free, .cached, kind: .written), "resident though never allocated: read ahead"),
    (
      Disagreement(.allocated, [.cached, .dirty], alike: 512, written: 1), "shares a large folio with one of the 1 page"
    ),
    (Disagreement(.free, [.cached, .dirty]), "another program wrote it"),
    (Disagreement(.free, []), nil),
    (Disagreement(.lost, .cached), "a failed writeback leaves a page clean"),
    (Disagreement(.lost, [.cached, .dirty]), "nobody can tell"),
    (Disagreement(.written, .cached, memory: "tmpfs"), "tmpfs: nothing to flush to"),
    (Disagreement(.free, [.cached, .dirty], isWritable: false), "another program wrote it"),
    (Disagreement(.free, .cached, kind: .written, isWritable: false), nil),
    (Disagreement(.free, .cached, kind: .hole, isWritable: false), "though a hole"),
    (Disagreement(.written, .cached, isServed: true), "given to the daemon that serves the file; not durable"),
    (Disagreement(.flushed, .cached, isServed: true), nil),
    (Disagreement(.free, .cached, kind: .data, isWritable: false, isServed: true), "may have written it nowhere yet"),
    (Disagreement(.free, .cached, kind: .hole, isWritable: false, isServed: true), "though a hole"),
    (Disagreement(.free, [.cached, .dirty], isWritable: false, isServed: true), "another program wrote it"),
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
