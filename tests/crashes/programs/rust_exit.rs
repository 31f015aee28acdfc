// A panic that is caught; then, unless told otherwise, one that isn't: the main thread unwinds, and the program exits.
#[inline(never)]
fn pick(values: &[i32], at: usize) -> i32 {
    values[at] // crash
}

#[inline(never)]
fn total(values: &[i32], count: usize) -> i32 {
    let mut sum = 0;
    for at in 0..count {
        sum += pick(values, at);
    }
    sum
}

fn attempt(number: usize) -> usize {
    std::panic::catch_unwind(|| total(&[number as i32], 2)).is_err() as usize
}

fn main() {
    let attempts = std::env::args().nth(1).map_or(1, |text| text.parse::<usize>().unwrap());
    let failures: usize = (0..attempts).map(attempt).sum();
    if std::env::args().count() > 2 {
        std::process::exit(if failures == attempts { 0 } else { 1 });
    }
    println!("{}", total(&vec![1; failures], failures + 1));
}
