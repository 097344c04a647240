import FileObserver
import Foundation

/// An answer of the program about a file, which can be held against what a witness saw meanwhile.
protocol Answer: Decodable {
  /// The command that asks for it.
  static var question: String { get }
  /// Whether it is about single pages.
  static var isByPage: Bool { get }
  /// What of it the witness saw at no time.
  func contradictions(of seen: Seen, leads: (String) -> Bool) -> [String]
}

/// What an answer is worth.
enum Verdict: Equatable {
  /// The witness saw it so, or less and more of it.
  case right
  /// It was not seen, but the file changed meanwhile, and it may have been so in between.
  case unsettled
  /// The file stood still and was otherwise.
  case wrong([String])

  init(_ answer: some Answer, _ seen: Seen, leads: (String) -> Bool) {
    let contradictions = answer.contradictions(of: seen, leads: leads)
    self = contradictions.isEmpty ? .right : seen.hasMoved ? .unsettled : .wrong(contradictions)
  }
}

/// What `status json` reports.
struct Status: Answer {
  struct Kernel: Decodable {
    let cached: Int?
    let dirty: Int?
    let writeback: Int?
  }

  static let question = "status json"
  static let isByPage = false

  let size: Int
  let path: String?
  let fate: String
  let inode: Int
  let kernel: Kernel

  func contradictions(of seen: Seen, leads: (String) -> Bool) -> [String] {
    contradiction("inode", inode, seen.inode...seen.inode) + contradiction("size", size, seen.size)
      + contradictions(of: seen, kernel.cached, kernel.dirty, kernel.writeback)
      + (isTrue(of: seen, leads) ? [] : ["\(fate) \(path ?? "?"); seen: names \(seen.names), links \(seen.links)"])
  }

  private func isTrue(of seen: Seen, _ leads: (String) -> Bool) -> Bool {
    switch fate {
    case "kept": seen.names & NAME_KEPT != 0
    case "replaced": seen.names & NAME_TAKEN != 0
    case "deleted": seen.names & NAME_GONE != 0 && seen.links.contains(0)
    case "renamed": seen.names & NAME_GONE != 0 && seen.links.upperBound > 0 && (path.map(leads) ?? true)
    default: false
    }
  }
}

/// What `kernel all json` reports.
struct KernelPages: Answer {
  struct Run: Decodable {
    let first: Int
    let last: Int
    let cached: Bool
    let dirty: Bool?
    let writeback: Bool?
    let disk: String?
  }

  static let question = "kernel all json"
  static let isByPage = true

  let pages: Int
  let cached: Int?
  let dirty: Int?
  let writeback: Int?
  let runs: [Run]

  func contradictions(of seen: Seen, leads: (String) -> Bool) -> [String] {
    contradiction("pages", pages, seen.pageCount) + contradictions(of: seen, cached, dirty, writeback)
      + runs.flatMap { contradictions(of: seen, $0) }
  }

  private func contradictions(of seen: Seen, _ run: Run) -> [String] {
    seen.states.indices.clamped(to: run.first..<run.last + 1).flatMap { page in
      var found: [String] = []
      if let dirty = run.dirty, let writeback = run.writeback {
        let state = (run.cached ? 1 : 0) | (dirty ? 2 : 0) | (writeback ? 4 : 0)
        if seen.states[page] & 1 << state == 0 { found.append("page \(page): \(run); states \(seen.states[page])") }
      }
      return found + (run.disk.map { contradictions(of: seen, page, $0) } ?? [])
    }
  }
}

/// What `extents json` reports.
struct ExtentList: Answer {
  struct Extent: Decodable {
    let start: Int
    let end: Int
    let kind: String
  }

  static let question = "extents json"
  static let isByPage = true

  let extents: [Extent]?

  func contradictions(of seen: Seen, leads: (String) -> Bool) -> [String] {
    let end = extents?.last?.end ?? 0
    let length = extents == nil ? [] : contradiction("end", (end + 4095) / 4096, seen.pageCount)
    return length
      + (extents ?? []).flatMap { extent in
        seen.blocks.indices.clamped(to: extent.start / 4096..<(extent.end + 4095) / 4096).flatMap {
          contradictions(of: seen, $0, extent.kind)
        }
      }
  }
}

extension Seen {
  fileprivate var pageCount: ClosedRange<Int> { (size.lowerBound + 4095) / 4096...(size.upperBound + 4095) / 4096 }
}

extension Answer {
  fileprivate func contradiction(_ what: String, _ reported: Int, _ seen: ClosedRange<Int>) -> [String] {
    seen.contains(reported) ? [] : ["\(what) \(reported); seen: \(seen)"]
  }

  fileprivate func contradictions(of seen: Seen, _ cached: Int?, _ dirty: Int?, _ writeback: Int?) -> [String] {
    var found: [String] = []
    // Where dirty pages are not reported, cachestat(2) can't be believed, as on a stacked file system.
    let ranges = dirty == nil ? [seen.resident] : [seen.cached, seen.resident]
    let isSeen = ranges.contains { range in cached.map { range?.contains($0) ?? true } ?? true }
    if !isSeen { found.append("cached \(cached ?? -1); seen: \(ranges)") }
    for (what, reported, range) in [("dirty", dirty, seen.dirty), ("writeback", writeback, seen.writeback)] {
      if let reported, let range { found += contradiction(what, reported, range) }
    }
    return found
  }

  fileprivate func contradictions(of seen: Seen, _ page: Int, _ kind: String) -> [String] {
    let kinds = [
      "hole": BLOCKS_HOLE, "delayed": BLOCKS_DELAYED, "unwritten": BLOCKS_UNWRITTEN, "written": BLOCKS_WRITTEN,
    ]
    // Of some file systems FIEMAP reports nothing, and of some pieces no more than that they are there.
    guard seen.blocks[page] & ~BLOCKS_OTHER != 0, let kind = kinds[kind], seen.blocks[page] & kind == 0 else {
      return []
    }
    return ["page \(page): blocks are \(kind); seen: \(seen.blocks[page])"]
  }
}
