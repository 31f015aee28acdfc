// An unsafe block reads through a null pointer.
struct Table {
    entries: *const u64,
}

impl Table {
    #[inline(never)]
    fn entry(&self, at: usize) -> u64 {
        unsafe { self.entries.add(at).read_volatile() } // crash
    }
}

#[inline(never)]
fn checksum(table: &Table, count: usize) -> u64 {
    let mut sum = 0u64;
    for at in 0..count {
        sum = sum.wrapping_add(table.entry(at));
    }
    sum
}

fn main() {
    let table = Table { entries: std::ptr::null() };
    let sum = checksum(&table, 4);
    println!("{}", sum);
}
