import RangedMmap

extension Session {
  func checkStored(_ number: ExpectedNumber, of pages: Range<Int>?) throws(CommandError) -> Event {
    let found = try knownStores(in: pages).pageCount
    let place = pages.map { " in \(named($0))" } ?? ""
    guard number.matches(found) else {
      throw CommandError(
        "expected \(number.describe(counted(number.value, "page"))) stored\(place) since the last sync, found \(found)")
    }
    let expected = Expectation.stored(number, of: pages.map { .numbered(ClosedRange($0)) })
    return .asExpected("\(expected)\(number.isLeast ? ", found \(found)" : "")")
  }

  /// Fails unless these pages are stored to, and no others.
  func checkStoredPages(_ wanted: [PageSelection]) throws(CommandError) {
    var expected = RangeSet<Int>()
    for selection in wanted {
      let pages = try pages(selection, for: "storedPages")
      try openFile().requirePage(pages.upperBound)
      expected.insert(contentsOf: Range(pages))
    }
    var found = RangeSet<Int>()
    for pages in try knownStores(in: nil) { found.insert(contentsOf: pages) }
    guard found != expected else { return }
    let missing = expected.subtracting(found).ranges.first
    let parts = [
      missing.map { "\(named($0)) not stored to" },
      found.subtracting(expected).ranges.first.map { "\(named($0)) stored to, too" },
    ]
    throw CommandError("since the last sync, found \(parts.compactMap { $0 }.joined(separator: ", and "))")
  }

  private func knownStores(in pages: Range<Int>?) throws(CommandError) -> [Range<Int>] {
    let file = try document.ownFile()
    if let pages { try file.requirePage(pages.upperBound - 1) }
    guard document.stores != nil else {
      throw CommandError("which pages are stored to is not watched; `set exact on` begins it, with none stored to")
    }
    guard let found = pages.map({ storedPages(in: $0) }) ?? storedPages(of: file) else {
      throw CommandError(
        "which pages are stored to is unknown in so large a file; name pages, as in `expect stored 0-15 2`")
    }
    return found
  }
}

extension Parameter where Value == PageSelection? {
  /// Pages before a number, which may be left out.
  static var pagesBeforeNumber: Self {
    Parameter(.pages, .flag) { arguments throws(SyntaxError) in
      arguments.hasPages && arguments.only == nil ? try Parameter<PageSelection>.pages.read(&arguments) : nil
    }
  }
}

extension Parameter where Value == [PageSelection] {
  /// Pages to the end of the line, or `none`.
  static var storedPages: Self {
    Parameter(.pagesOrNone, .repeated) { arguments throws(SyntaxError) in
      let first = try arguments.required(.pagesOrNone)
      if first.text == "none" { return [] }
      return try ([first] + arguments.rest(.pagesOrNone)).map(Literal.pages)
    }
  }
}

extension ArgumentKind {
  fileprivate static let pagesOrNone = ArgumentKind(
    "PAGES|none", "pages", "pages as 7, 0-15 or selected, several parted by blanks, or none", from: .pages)
}
