import Inspector
import RangedMmap

/// What differs between two moments that follow each other, packed: it leads from either to the other.
///
/// Each changed cell has its old value and its new one, neighbours with the same change together. Where the window
/// changed, all cells of both are in it, neighbours that are alike together.
struct Difference {
  private let bytes: [UInt8]

  /// How much memory it takes: its bytes, and what an array of them and its place in a list need beside them.
  var cost: Int { bytes.count + Self.overhead }

  // 32 bytes before an array's elements, 16 that malloc rounds up by, 8 in the list, which may be half empty.
  private static let overhead = 64

  /// The difference from one moment to the next; `facts` has those of all moments.
  init(from old: Moment, to new: Moment, _ facts: inout [KernelSample.Facts]) {
    var packer = Packer()
    let isSameWindow = old.hasWindow(of: new)
    let marks = [old, new].map { $0.stored == nil ? UInt8(0) : $0.storedTotal == nil ? 1 : 2 }
    packer.add(byte: (isSameWindow ? 1 : 0) | marks[0] << 1 | marks[1] << 3)
    for moment in [old, new] { Self.pack(headOf: moment, withWindow: !isSameWindow, &facts, into: &packer) }
    Self.pack(old.library, new.library, asDifference: isSameWindow, into: &packer)
    if marks != [0, 0] {
      Self.pack(old.stored ?? [], new.stored ?? [], asDifference: isSameWindow, into: &packer)
    }
    Self.pack(old.kernel?.cells ?? [], new.kernel?.cells ?? [], asDifference: isSameWindow, into: &packer)
    // A copy has no room left over for more, which an array that has grown has: as much again.
    bytes = Array(packer.bytes.lazy.map { $0 })
  }

  /// In the place of one that is forgotten.
  static let forgotten = Difference()

  private init() { bytes = [] }

  enum Direction {
    case back
    case forward
  }

  /// Turns the moment at one end of it into the one at the other.
  ///
  /// - Complexity: O(n) in the changed cells, and in all cells in view where the window changed.
  func step(_ direction: Direction, _ moment: inout Moment, _ facts: [KernelSample.Facts]) {
    var unpacker = Unpacker(bytes)
    let flags = unpacker.byte()
    let isSameWindow = flags & 1 == 1
    let marks = [flags >> 1 & 3, flags >> 3 & 3]
    // Taken out, so that they are changed in place.
    var (library, stored, kernel) = (moment.library, moment.stored ?? [], moment.kernel?.cells ?? [])
    (moment.library, moment.stored, moment.kernel) = ([], nil, nil)
    let heads = marks.map { Head(&unpacker, isSameWindow ? moment : nil, marks: $0) }
    let head = heads[direction == .back ? 0 : 1]
    Self.unpack(&library, direction, from: &unpacker)
    if marks != [0, 0] { Self.unpack(&stored, direction, from: &unpacker) }
    Self.unpack(&kernel, direction, from: &unpacker)
    moment = Moment(
      time: head.time, pageCount: head.pageCount, end: head.end, pages: head.pages, pagesPerCell: head.pagesPerCell,
      library: library,
      totals: head.totals, stored: head.hasStored ? stored : nil, storedTotal: head.storedTotal,
      kernel: head.facts.map { Moment.Kernel(cells: kernel, totals: head.kernelTotals, facts: facts[$0]) })
  }

  // MARK: What is not of a cell

  private struct Head {
    let time: WallTime
    let pageCount: Int
    let end: Int?
    let pages: Range<Int>
    let pagesPerCell: Int
    let totals: PageCounts
    let hasStored: Bool
    let storedTotal: Int?
    let facts: Int?
    let kernelTotals: KernelCell?

    /// `marks`: whether stores were watched, 1, and counted in the whole file, 2.
    init(_ unpacker: inout Unpacker, _ sameWindow: Moment?, marks: UInt8) {
      time = WallTime(milliseconds: unpacker.number())
      let shape = unpacker.number()
      pageCount = shape / 2
      end = shape & 1 == 1 ? unpacker.number() : nil
      totals = PageCounts(from: &unpacker)
      hasStored = marks > 0
      storedTotal = marks == 2 ? unpacker.number() : nil
      let code = unpacker.number()
      facts = code == 0 ? nil : code / 2 - 1
      kernelTotals = code & 1 == 1 ? KernelCell(from: &unpacker) : nil
      if let sameWindow {
        (pages, pagesPerCell) = (sameWindow.pages, sameWindow.pagesPerCell)
      } else {
        let start = unpacker.number()
        pages = start..<start + unpacker.number()
        pagesPerCell = unpacker.number()
      }
    }
  }

  private static func pack(
    headOf moment: Moment, withWindow: Bool, _ facts: inout [KernelSample.Facts], into packer: inout Packer
  ) {
    packer.add(moment.time.milliseconds)
    packer.add(moment.pageCount * 2 + (moment.end == nil ? 0 : 1))
    if let end = moment.end { packer.add(end) }
    moment.totals.pack(into: &packer)
    if moment.stored != nil, let total = moment.storedTotal { packer.add(total) }
    if let kernel = moment.kernel {
      let index = facts.firstIndex(of: kernel.facts) ?? facts.count
      if index == facts.count { facts.append(kernel.facts) }
      packer.add((index + 1) * 2 + (kernel.totals == nil ? 0 : 1))
      kernel.totals?.pack(into: &packer)
    } else {
      packer.add(0)
    }
    guard withWindow else { return }
    packer.add(moment.pages.lowerBound)
    packer.add(moment.pages.count)
    packer.add(moment.pagesPerCell)
  }

  // MARK: Cells

  private enum Form: UInt8 {
    case changes
    case all
  }

  private static func pack<Value: Packable>(
    _ old: [Value], _ new: [Value], asDifference: Bool, into packer: inout Packer
  ) {
    guard asDifference, old.count == new.count else {
      packer.add(byte: Form.all.rawValue)
      for values in [old, new] { pack(all: values, into: &packer) }
      return
    }
    packer.add(byte: Form.changes.rawValue)
    var (index, end) = (0, 0)
    while index < old.count {
      guard old[index] != new[index] else {
        index += 1
        continue
      }
      let first = index
      repeat { index += 1 } while index < old.count && old[index] == old[first] && new[index] == new[first]
      packer.add(index - first)
      packer.add(first - end)
      old[first].pack(into: &packer)
      new[first].pack(into: &packer)
      end = index
    }
    // No run has a length of 0.
    packer.add(0)
  }

  private static func pack<Value: Packable>(all values: [Value], into packer: inout Packer) {
    packer.add(values.count)
    var index = 0
    while index < values.count {
      let first = index
      repeat { index += 1 } while index < values.count && values[index] == values[first]
      packer.add(index - first)
      values[first].pack(into: &packer)
    }
  }

  private static func unpack<Value: Packable>(
    _ values: inout [Value], _ direction: Direction, from unpacker: inout Unpacker
  ) {
    guard unpacker.byte() == Form.changes.rawValue else {
      let (old, new) = (unpackAll(Value.self, &unpacker), unpackAll(Value.self, &unpacker))
      values = direction == .back ? old : new
      return
    }
    var end = 0
    while case let length = unpacker.number(), length > 0 {
      let first = end + unpacker.number()
      let (old, new) = (Value(from: &unpacker), Value(from: &unpacker))
      end = first + length
      for index in first..<end { values[index] = direction == .back ? old : new }
    }
  }

  private static func unpackAll<Value: Packable>(_: Value.Type, _ unpacker: inout Unpacker) -> [Value] {
    let count = unpacker.number()
    var values: [Value] = []
    values.reserveCapacity(count)
    while values.count < count {
      let length = unpacker.number()
      values += repeatElement(Value(from: &unpacker), count: length)
    }
    return values
  }
}
