// unwrap() on what is an error, built with panic=abort.
mod settings {
    #[inline(never)]
    pub fn port(text: &str) -> u16 {
        text.parse::<u16>().unwrap() // crash
    }
}

#[inline(never)]
fn listen(text: &str) -> u32 {
    let port = settings::port(text);
    println!("{}", port);
    port as u32 + 1
}

fn main() {
    std::process::exit(listen("seventy") as i32);
}
