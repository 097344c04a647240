import RangedMmap

// What part of the file is looked at, and what is selected in it.

extension Session {
  /// Takes how it is to be shown and played from the command line.
  ///
  /// No recording tells of it: it is nothing that was done to the file, and whoever plays the recording chooses anew.
  package func begin(layer: Layer?, theme: Theme?, speed: Speed?, followsName: Bool = false) {
    self.followsName = followsName
    if let layer { chosenLayer = layer }
    if let theme { self.theme = theme }
    if let speed { self.speed = speed }
  }

  func goto(_ page: Int) throws(CommandError) -> Event {
    let file = try openFile()
    guard page < file.states.count else {
      throw CommandError("page \(page): the last page is \(file.states.count - 1)")
    }
    cursor = page
    byteCursor = 0
    // Nothing to tell: each press of an arrow comes through here.
    return Event(.done, [])
  }

  func goto(byte offset: Int) throws(CommandError) -> Event {
    let file = try openFile()
    guard offset < file.size else {
      throw CommandError("byte 0x\(hex(offset, width: 1)): the last byte is 0x\(hex(file.size - 1, width: 1))")
    }
    cursor = offset / Alignment.page
    byteCursor = offset % Alignment.page
    return Event(.done, [])
  }

  func zoom(_ step: ZoomStep) -> Event {
    switch step {
    case .closer: zoom = .pages(max(1, shownPagesPerCell / 2))
    case .farther: zoom = .pages(min(Zoom.most, shownPagesPerCell * 2))
    case .to(let zoom): self.zoom = zoom
    }
    return Event(.done, [])
  }

  func select(_ pages: ClosedRange<Int>?) throws(CommandError) -> Event {
    guard let pages else {
      selection = nil
      return Event(.done, [])
    }
    let file = try openFile()
    guard pages.upperBound < file.states.count else {
      throw CommandError("page \(pages.upperBound): the last page is \(file.states.count - 1)")
    }
    selection = pages.lowerBound..<pages.upperBound + 1
    return Event(.done, [])
  }
}
