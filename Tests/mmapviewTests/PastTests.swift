import Foundation
import Inspector
import RangedMmap
import SystemPackage
import TestSupport
import Testing

@testable import mmapview

@Suite("What was shown before")
final class PastTests: FolderSuite {
  /// Moments as they could follow each other: cells change, and now and then the window, or whether the kernel's layer is
  /// looked at.
  private struct Shows {
    var random: Seeded
    private(set) var moment: Moment
    private var time = 1_700_000_000_000

    init(_ seed: Int, pageCount: Int = 1 << 28, cells: Int = 64) {
      random = Seeded(seed)
      moment = Moment(
        time: WallTime(milliseconds: time), pageCount: pageCount, pages: 0..<cells, pagesPerCell: 1,
        library: Array(repeating: Self.counts(.free, 1), count: cells), totals: Self.counts(.free, pageCount))
    }

    static func counts(_ state: PageState, _ pages: Int) -> PageCounts {
      var counts = PageCounts()
      counts[state] = pages
      return counts
    }

    private mutating func cell(of pages: Int) -> Moment.Cell {
      let cached = Int.random(in: 0...pages, using: &random)
      let isKnown = Int.random(in: 0..<4, using: &random) > 0
      let counts = KernelCell(
        kept: pages, cached: cached, dirty: isKnown ? Int.random(in: 0...cached, using: &random) : nil,
        writeback: isKnown ? 0 : nil, data: Int.random(in: 0...pages, using: &random))
      return Moment.Cell(counts: counts, mark: [nil, .fresh, .fading][Int.random(in: 0..<3, using: &random)])
    }

    /// Neighbouring cells change together, as when a range is written.
    mutating func change(_ most: Int = 5) {
      time += Int.random(in: 1...5000, using: &random)
      moment.time = WallTime(milliseconds: time)
      let first = Int.random(in: moment.library.indices, using: &random)
      let state = PageState.allCases[Int.random(in: 0..<6, using: &random)]
      for cell in first..<min(moment.library.count, first + Int.random(in: 1...most, using: &random)) {
        moment.library[cell] = Self.counts(state, moment.library[cell].total)
        let known = self.cell(of: moment.pagesPerCell)
        if moment.kernel?.cells.isEmpty == false { moment.kernel?.cells[cell] = known }
      }
      moment.totals[.written] = Int.random(in: 0..<1 << 20, using: &random)
      guard let cell = moment.stored?.indices.randomElement(using: &random) else { return }
      moment.stored?[cell] = Int.random(in: 0...moment.pagesPerCell, using: &random)
      moment.storedTotal = Bool.random(using: &random) ? Int.random(in: 0..<1 << 20, using: &random) : nil
    }

    /// Begins to watch stores, or ends it.
    mutating func watch() {
      moment.stored = moment.stored == nil ? moment.library.map { _ in Int.random(in: 0...1, using: &random) } : nil
      if moment.stored == nil { moment.storedTotal = nil }
    }

    private mutating func allCells() -> [Moment.Cell] {
      let library = moment.library
      return library.map { cell(of: $0.total) }
    }

    mutating func set(_ moment: Moment) { self.moment = moment }

    mutating func look() {
      guard moment.kernel == nil else {
        moment.kernel = nil
        return
      }
      let isKnown = Bool.random(using: &random)
      moment.kernel = Moment.Kernel(
        cells: isKnown ? allCells() : [], totals: isKnown ? cell(of: 1000).counts : nil,
        facts: KernelSample.Facts())
    }

    mutating func scroll() {
      let each = 1 << Int.random(in: 0..<12, using: &random)
      let cells = Int.random(in: 1...200, using: &random)
      let first = Int.random(in: 0..<1000, using: &random) * each
      moment.pages = first..<first + cells * each
      moment.pagesPerCell = each
      moment.pageCount += Int.random(in: -5...5, using: &random)
      moment.library = (0..<cells).map { _ in
        var counts = Self.counts(.flushed, each / 2)
        counts[.free] = each - each / 2
        return counts
      }
      let known = allCells()
      moment.kernel?.cells = known
      if moment.stored != nil { moment.stored = moment.library.map { _ in Int.random(in: 0...each, using: &random) } }
    }
  }

  private func expect(_ past: Past, shows wanted: Moment, _ what: String) {
    guard let shown = past.shown?.moment else {
      Issue.record("\(what): no moment is shown")
      return
    }
    #expect(shown.shows(what: wanted) && shown.time == wanted.time, "\(what)")
  }

  @Test("What is shown equals what was shown then, however one steps and whatever changes meanwhile", arguments: 0..<12)
  func steps(seed: Int) {
    var shows = Shows(seed)
    var past = Past()
    var kept = [shows.moment]
    past.keep(shows.moment)
    // Which of those kept is looked at; `nil` for now.
    var place: Int?
    for turn in 0..<600 {
      let what = "seed \(seed), turn \(turn)"
      switch Int.random(in: 0..<20, using: &shows.random) {
      case 0: shows.scroll()
      case 1: if Bool.random(using: &shows.random) { shows.look() } else { shows.watch() }
      case 2..<9: shows.change()
      case 9..<15:
        let count = Int.random(in: 1...(turn % 7 == 0 ? 100 : 3), using: &shows.random)
        let now = place ?? kept.count - 1
        let steps = past.stepBack(count)
        #expect(steps == min(count, now), "\(what)")
        if steps > 0 { place = now - steps }
      case 15..<19:
        let count = Int.random(in: 1...3, using: &shows.random)
        past.stepForward(count)
        place = place.flatMap { $0 + count >= kept.count - 1 ? nil : $0 + count }
      default:
        past.leave()
        place = nil
      }
      if !shows.moment.shows(what: kept[kept.count - 1]) { kept.append(shows.moment) }
      past.keep(shows.moment)
      #expect(past.depth == kept.count - 1, "\(what)")
      #expect(past.shown?.steps == place.map { kept.count - 1 - $0 }, "\(what)")
      if let place { expect(past, shows: kept[place], what) } else { #expect(past.shown == nil, "\(what)") }
    }
  }

  @Test("The ring forgets the oldest first, stays within its limit, and says so")
  func limit() {
    var shows = Shows(7)
    var past = Past(limit: 20_000)
    var kept = [shows.moment]
    past.keep(shows.moment)
    #expect(past.stepBack(1) == 0 && past.end == "this is the oldest: nothing was shown before it")
    for turn in 0..<2000 {
      if turn % 50 == 49 { shows.scroll() } else { shows.change() }
      kept.append(shows.moment)
      past.keep(shows.moment)
      #expect(past.bytes <= 20_000)
      if turn == 20 { #expect(past.stepBack(5) == 5) }
    }
    #expect(past.hasForgotten && past.depth < 400 && past.depth > 20)
    // The view has not moved, though what followed it is forgotten; the next step forward is to the oldest.
    expect(past, shows: kept[16], "the view stands still")
    #expect(past.stepBack(1) == 0)
    past.stepForward(1)
    expect(past, shows: kept[kept.count - 1 - past.depth], "the oldest")
    past.leave()
    #expect(past.stepBack(1 << 40) == past.depth)
    expect(past, shows: kept[kept.count - 1 - past.depth], "the oldest again")
    #expect(past.end == "older frames were forgotten: the ring holds 19.5 KiB")
    #expect(past.report.hasSuffix(", older ones forgotten"))
    past.stepForward(past.depth - 3)
    expect(past, shows: kept[kept.count - 4], "three back")
  }

  @Test("A frame between an act and the kernel's next sample is no step of its own, unless more was done before that")
  func aheadOfSample() throws {
    var shows = Shows(3)
    shows.look()
    shows.scroll()
    var past = Past()
    var time = 0
    // What each frame has: whether the library has changed, and whether a sample has come, and what it found.
    func frame(acts: Bool = false, sampled: Bool = false, findsNews: Bool = true) -> Moment {
      var moment = shows.moment
      if acts { moment.library[0] = Shows.counts(PageState.allCases[(time + past.depth) % 5 + 1], 1) }
      if sampled {
        time += 1
        if findsNews { moment.kernel?.totals = KernelCell(kept: 1, cached: time, dirty: 0, writeback: 0, data: 0) }
      }
      moment.sampleTime = WallTime(milliseconds: time)
      shows.set(moment)
      past.keep(moment)
      return moment
    }
    let first = frame(sampled: true)
    _ = frame(acts: true)
    let second = frame(sampled: true)
    #expect(past.depth == 1)
    let third = frame(acts: true)
    _ = frame(acts: true)
    #expect(past.stepBack(1) == 1 && past.shown?.moment.shows(what: third) == true)
    _ = frame(sampled: true)
    #expect(past.depth == 3 && past.shown?.steps == 1 && past.shown?.moment.shows(what: third) == true)
    let fourth = frame(acts: true)
    _ = frame(sampled: true, findsNews: false)
    // Long after the act, and so a step.
    _ = frame(sampled: true)
    #expect(past.depth == 5)
    past.leave()
    for wanted in [fourth, nil, third, second, first] {
      #expect(past.stepBack(1) == 1)
      if let wanted { #expect(past.shown?.moment.shows(what: wanted) == true) }
    }
  }

  @Test("That marks of changes fade is no step; that bytes change again is one")
  func fading() {
    var shows = Shows(5)
    shows.look()
    while shows.moment.kernel?.cells.isEmpty != false { shows.look() }
    var past = Past()
    func frame(_ mark: KernelSample.Mark?, cached: Int? = nil) -> Int {
      var moment = shows.moment
      for cell in moment.kernel?.cells.indices ?? 0..<0 { moment.kernel?.cells[cell].mark = nil }
      moment.kernel?.cells[3].mark = mark
      if let cached {
        moment.kernel?.cells[9].counts = KernelCell(kept: 1, cached: cached, dirty: 0, writeback: 0, data: 0)
      }
      past.keep(moment)
      return past.depth
    }
    let marks: [KernelSample.Mark?] = [nil, .fresh, .fresh, .fading, .fading, nil]
    let depths = marks.map { frame($0) }
    #expect(depths == [0, 1, 1, 1, 1, 1])
    #expect(frame(.fresh) == 2)
    #expect(frame(.fading) == 2)
    // Though the newest moment that is kept has it fresh, too.
    #expect(frame(.fresh) == 3)
    #expect(frame(.fading, cached: 1) == 4)
    #expect(past.stepBack(1) == 1 && past.shown?.moment.kernel?.cells[3].mark == .fresh)
  }

  @Test("An hour at 30 frames a second fits into the ring")
  func hour() {
    var shows = Shows(11)
    var past = Past()
    for _ in 0..<108_000 {
      shows.change(3)
      past.keep(shows.moment)
    }
    #expect(!past.hasForgotten, "\(past.report)")
    #expect(past.bytes < 32 << 20)
  }

  @Test("A full ring takes little more memory than it counts, whether frames differ little or in all")
  func memory() async {
    await #expect(processExitsWith: .success) { Foundation.exit(PastTests.fillTakesItsCount { $0.change(40) } ? 0 : 1) }
    await #expect(processExitsWith: .success) { Foundation.exit(PastTests.fillTakesItsCount { $0.scroll() } ? 0 : 1) }
  }

  private static func fillTakesItsCount(_ change: (inout Shows) -> Void) -> Bool {
    var shows = Shows(7)
    let limit = 4 << 20
    var past = Past(limit: limit)
    past.keep(shows.moment)
    let before = anonymousMemory
    while !past.hasForgotten {
      change(&shows)
      past.keep(shows.moment)
    }
    let grown = (anonymousMemory - before) << 10
    return grown * 10 < limit * 13
  }

  /// A screen on a sparse file, of which each frame sees one page change.
  private final class Watched {
    let session: Session
    var past = Past()
    private var interface = Interface()
    private var next = 1

    init(_ path: String, size: Int, _ changes: Int) throws {
      session = try Session()
      try session.perform(.create(path: path, size: size, isSparse: true, isForced: false))
      try session.perform(.allocate(byteCount: 4096, times: changes))
    }

    func frame() throws {
      try session.perform(.write(.labels(next...next), .byte(1)))
      next += 1
      let layout = try #require(session.layout(interface, width: 80, height: 24))
      interface.update(session, layout)
      past.keep(interface, session)
    }
  }

  @Test("Steps back cost what changed, and the same in a file of 1 TiB as in one of 64 MiB")
  func size() throws {
    let changes = 400
    let sizes = [("small", 64 << 20), ("large", 1 << 40)]
    let screens = try sizes.map { name, size in try Watched(folder.file(name).string, size: size, changes) }
    for screen in screens { for _ in 0..<changes { try screen.frame() } }
    #expect(screens.map(\.past.depth) == [changes - 1, changes - 1])
    // But for counts of the whole file, which have more digits.
    #expect(screens[1].past.bytes < screens[0].past.bytes + changes * 16)
    let costs = screens.map { screen in Cost { #expect(screen.past.stepBack(changes - 10) == changes - 10) } }
    // A few calls and faults may be the memory allocator's.
    #expect(try costs[1].calls <= costs[0].calls + 4)
    #expect(costs[1].faults < costs[0].faults + 64)
    for screen in screens {
      let shown = try #require(screen.past.shown?.moment)
      #expect(shown.totals[.written] == 10 && shown.library.reduce(0) { $0 + $1[.written] } == 10)
    }
  }

  @Test("10,000 changes of a file of 1 TiB take a few dozen bytes each, and one step touches one of them")
  func many() {
    var shows = Shows(3, pageCount: 1 << 28, cells: 4096)
    var past = Past()
    past.keep(shows.moment)
    for _ in 0..<10_000 {
      shows.change(2)
      past.keep(shows.moment)
    }
    #expect(past.depth == 10_000 && past.bytes < 10_000 * 120, "\(past.report)")
    let one = Cost { #expect(past.stepBack(1) == 1) }
    let all = Cost { #expect(past.stepBack(9_998) == 9_998) }
    // The cells in view are copied once for each walk, whatever its length.
    #expect(all.faults < one.faults + 64)
    past.stepForward(9_999)
    #expect(past.shown == nil)
  }

  @Test("Without a screen too, the past refuses what would answer of now or act on the file, until now")
  func refusals() throws {
    let refused = ["page 0", "status", "kernel 0", "mark m", "diff m", "allocate 1p", "expect page 0 free"]
    let steps =
      ["mark m", "screen 1.txt", "allocate 3p", "screen 2.txt", "back"]
      + refused.map { "expect error \"this is the past; `now` or Esc goes back to now\" \($0)" }
      + ["goto 2", "layer both", "now", "page 0", "expect page 0-2 allocated"]
    let outcome = try run(
      mmapview, ["a", "--create", "64k", "--headless", "--layer", "library"] + steps.flatMap { ["-c", $0] },
      in: folder.path.string)
    #expect(outcome.status == 0, "\(outcome.errors)")
    for mode in ["--headless", "--plain"] {
      let steps = ["screen", "allocate 1p", "screen", "back", "page 0"]
      let outcome = try run(
        mmapview, ["b\(mode)", "--create", "64k", mode] + steps.flatMap { ["-c", $0] }, in: folder.path.string)
      let said = outcome.output + outcome.errors
      #expect(said.contains("this is the past; `now` or Esc goes back to now"), "\(said)")
    }
  }

  @Test("Where another file was shown before, the end of the past says that what was shown of it is not kept")
  func formerFile() throws {
    try folder.put("b", [UInt8](repeating: 98, count: 4096))
    let steps = [
      "screen 1.txt", "open b", "screen 2.txt",
      "expect error \"what was shown of the file before is not kept\" back",
    ]
    let outcome = try run(
      mmapview, ["a", "--create", "64k", "--headless"] + steps.flatMap { ["-c", $0] }, in: folder.path.string)
    #expect(outcome.status == 0, "\(outcome.errors)")
  }

  @Test("A script steps through the frames that it had drawn, with no screen too")
  func script() throws {
    let steps = [
      "screen 1.txt", "allocate 3p", "screen 2.txt", "write r1 zero", "back", "screen 3.txt", "back", "screen 4.txt",
      "expect error \"this is the oldest: nothing was shown before it\" back", "forward", "screen 5.txt", "now",
      "screen 6.txt",
    ]
    let outcome = try run(
      mmapview, ["a", "--create", "64k", "--headless", "--layer", "library"] + steps.flatMap { ["-c", $0] },
      in: folder.path.string)
    #expect(outcome.status == 0, "\(outcome.errors)")
    let frames = try (1...6).map { String(decoding: try folder.bytes("\($0).txt"), as: UTF8.self) }
    let counts = ["16 free", "3 allocated", "3 allocated", "16 free", "3 allocated", "3 written"]
    for (frame, count) in zip(frames, counts) { #expect(frame.contains(count), "\(frame)") }
    let places = [
      nil, nil, "the past: 1 step back of 2", "the past: 2 steps back of 2", "the past: 1 step back of 2", nil,
    ]
    for (frame, place) in zip(frames, places) {
      #expect(place.map { frame.contains($0) } ?? !frame.contains("the past"), "\(frame)")
    }
  }
}
