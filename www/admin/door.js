// Login and set-up: what is typed can be looked at.

const fields = document.querySelectorAll('[type=password]');
const box = document.getElementById('show');

function show(on) {
  for (const field of fields) field.type = on ? 'text' : 'password';
}

box.addEventListener('change', () => show(box.checked));
box.form.addEventListener('submit', () => show(false)); // as text it would be remembered like any other
document.documentElement.classList.add('script');
