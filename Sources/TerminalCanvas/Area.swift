/// A rectangle of cells; its sides are never negative.
package struct Area: Sendable, Equatable {
  package let x: Int
  package let y: Int
  package let width: Int
  package let height: Int

  package init(x: Int, y: Int, width: Int, height: Int) {
    (self.x, self.y, self.width, self.height) = (x, y, max(0, width), max(0, height))
  }

  package var columns: Range<Int> { x..<x + width }
  package var rows: Range<Int> { y..<y + height }

  /// One row, counted from the top, also beyond the area.
  package func row(_ index: Int) -> Area { Area(x: x, y: y + index, width: width, height: 1) }

  /// So many rows that end where the area begins.
  package func above(_ count: Int) -> Area { Area(x: x, y: y - count, width: width, height: count) }

  package func below(_ count: Int) -> Area { Area(x: x, y: y + count, width: width, height: height - count) }

  package func inset(left: Int, right: Int = 0) -> Area {
    Area(x: x + left, y: y, width: width - left - right, height: height)
  }

  /// What both have; it is empty where they don't meet.
  package func intersection(_ other: Area) -> Area {
    let (left, top) = (max(x, other.x), max(y, other.y))
    return Area(
      x: left, y: top, width: min(columns.upperBound, other.columns.upperBound) - left,
      height: min(rows.upperBound, other.rows.upperBound) - top)
  }

  /// Cuts rows off the top, as many as there are.
  package mutating func takeTop(_ count: Int) -> Area {
    defer { self = below(min(count, height)) }
    return Area(x: x, y: y, width: width, height: min(count, height))
  }

  package mutating func takeBottom(_ count: Int) -> Area {
    let taken = min(count, height)
    defer { self = Area(x: x, y: y, width: width, height: height - taken) }
    return below(height - taken)
  }

  package mutating func takeLeft(_ count: Int) -> Area {
    defer { self = inset(left: min(count, width)) }
    return Area(x: x, y: y, width: min(count, width), height: height)
  }

  package mutating func takeRight(_ count: Int) -> Area {
    let taken = min(count, width)
    defer { self = inset(left: 0, right: taken) }
    return inset(left: width - taken)
  }

  package func contains(x: Int, y: Int) -> Bool { columns.contains(x) && rows.contains(y) }
}
